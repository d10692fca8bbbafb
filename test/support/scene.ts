import { request } from 'node:http';
import { json } from 'node:stream/consumers';
import { addTargetGroup } from '../../sim/add-target-group.ts';
import { type ClusterOptions, type EmbeddedCluster, startCluster } from '../../sim/cluster.ts';
import { fakeProcess } from '../../sim/kubelet/process.ts';
import { type ProtectedPod, type ProtectedPodOptions, runProtectedPod } from '../../sim/protected-pod.ts';
import { findMoment, type Moment } from '../../sim/timeline.ts';
import type { HoldSummary } from '../../src/core/outcome.ts';
import { ENTRY, IMAGE } from './entry.ts';

/** How many times as fast as real time the whole scene is played, the sidecar's process included. */
const SPEED = 5;

export const POD_IP = '10.1.0.7';

export interface SceneOptions
  extends Omit<ClusterOptions, 'speed' | 'ports'>,
    Omit<Partial<ProtectedPodOptions>, 'ports' | 'cluster'> {
  /** Changes the world after the cluster has started and before the pod runs. Absent: one ALB target group. */
  readonly prepare?: (cluster: EmbeddedCluster) => void;
  readonly containerPorts?: ProtectedPodOptions['ports'];
  /** Simulated ms from SIGTERM until the application has ended. Absent: 0. */
  readonly appEndsAfterMs?: number;
}

/** One pod with the real sidecar process, on an embedded cluster of its own. */
export interface Scene extends AsyncDisposable {
  readonly cluster: EmbeddedCluster;
  readonly pod: ProtectedPod;
  /** Deletes the pod. */
  delete(gracePeriodSeconds?: number): void;
  /** Resolves when the kubelet has ended the pod, with what the sidecar said of its hold. */
  ended(): Promise<HoldSummary>;
  /** What the sidecar says of the hold that ends next, or has ended. */
  released(): Promise<HoldSummary>;
  /** The first moment of this kind, for the container where one is named. */
  moment(what: string, container?: string): Moment | undefined;
  /** Calls to ELBv2 so far, by action. */
  calls(action: string): number;
  sleep(ms: number): Promise<void>;
}

export async function startScene(options: SceneOptions = {}): Promise<Scene> {
  const { prepare = oneAlb, containerPorts, appEndsAfterMs = 0, ...rest } = options;
  const cluster = await startCluster({ ...options, speed: SPEED });
  try {
    prepare(cluster);
    const pod = await runProtectedPod({
      name: 'web-1',
      ips: [POD_IP],
      gracePeriodSeconds: 300,
      app: () => fakeProcess({ clock: cluster.clock, onSigterm: { exitAfterMs: appEndsAfterMs } }),
      nodeFlags: IMAGE.nodeFlags,
      ...rest,
      env: { ...IMAGE.env, ...options.env },
      ...(containerPorts === undefined ? {} : { ports: containerPorts }),
      entry: ENTRY,
      cluster,
    });
    // A hold starts from what the check has found; a deletion before that is a story of its own.
    if (options.env?.['DRAIN_WAIT_DISABLED'] === undefined) await pod.logged('start-up check');
    return sceneOf(cluster, pod);
  } catch (error) {
    await cluster.close();
    throw error;
  }
}

function sceneOf(cluster: EmbeddedCluster, pod: ProtectedPod): Scene {
  const released = async () => (await pod.logged('hold released')) as unknown as HoldSummary;
  return {
    cluster,
    pod,
    released,
    delete: (gracePeriodSeconds) =>
      void cluster.store.deletePod(
        pod.namespace,
        pod.name,
        gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds },
      ),
    async ended() {
      await pod.ended;
      return await released();
    },
    moment: (what, container) => findMoment(cluster.timeline, what, container),
    calls: (action) => cluster.aws.requests.filter((request) => request.action === action).length,
    sleep: (ms) => cluster.clock.sleep(ms),
    [Symbol.asyncDispose]: () => cluster.close(),
  };
}

function oneAlb(cluster: EmbeddedCluster): void {
  addTargetGroup(cluster);
}

/** What the hook answers, from this address of the loopback. */
export function callHook(url: string, from: { readonly localAddress?: string } = {}): Promise<HoldSummary> {
  return new Promise((resolve, reject) => {
    request(`${url}/prestop`, from)
      .on('response', (response) => resolve(json(response) as Promise<HoldSummary>))
      .on('error', reject)
      .end();
  });
}
