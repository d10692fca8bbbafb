import { fileURLToPath } from 'node:url';
import type { EmbeddedCluster } from '../cluster.ts';
import type { PodIdentity } from '../deployment/replica.ts';
import type { ContainerProcess } from '../kubelet/process.ts';
import type { RunningPod } from '../kubelet.ts';
import { pod } from '../kubernetes/builders.ts';
import type { PreStop } from '../kubernetes/objects.ts';
import { type LogLine, type ProtectedPod, runProtectedPod } from '../protected-pod.ts';
import { startWebApp } from '../web-app-process.ts';
import type { Hook } from './strategies.ts';

/** The port in the pods' specs. On this machine each application listens on a free one. */
const APP_PORT = 8080;
const RIVAL = fileURLToPath(new URL('./rival.ts', import.meta.url));

export interface RolloutPodsOptions {
  readonly cluster: EmbeddedCluster;
  readonly hook: Hook;
  readonly gracePeriodSeconds: number;
  readonly targetGroup: string;
  /** The program that is the sidecar drain-wait. */
  readonly entry: string;
}

/** Starts the pods of a rollout: a real web application each, with the strategy's hook, and the sidecar that this needs. */
export interface RolloutPods {
  start(identity: PodIdentity): Promise<RunningPod>;
  /** Resolves when the sidecars that have been started so far are busy no more: they share this machine with the load. */
  calm(): Promise<void>;
  /** The access key that the pod's sidecar signs its calls with. */
  accessKeyOf(pod: string): string;
  /** Why drain-wait let the pod go; undefined as long as it has not said so. */
  reasonOf(pod: string): string | undefined;
}

export function createRolloutPods(options: RolloutPodsOptions): RolloutPods {
  const { cluster, hook } = options;
  const reasons = new Map<string, string>();
  const checks: Promise<unknown>[] = [];
  let started = 0;

  async function calm(): Promise<void> {
    await Promise.all(checks);
  }

  function noteReason(pod: string, { msg, reason }: LogLine): void {
    if (msg === 'hold released') reasons.set(pod, String(reason));
  }

  async function run(identity: PodIdentity, ip: string, app: () => ContainerProcess): Promise<RunningPod> {
    if (hook.kind === 'none' || hook.kind === 'sleep') return await runPlainPod(options, identity, ip, app, hook);
    const onLog = (line: LogLine) => noteReason(identity.name, line);
    const running = await runPodWithSidecar(options, identity, ip, app, hook, onLog);
    if (hook.kind === 'drain-wait') checks.push(running.logged('start-up check'));
    return running;
  }

  async function start(identity: PodIdentity): Promise<RunningPod> {
    started += 1;
    const ip = `10.1.${started >> 8}.${started & 255}`;
    const listening = Promise.withResolvers<void>();
    const app = () => startApp(cluster, ip, listening.resolve);
    const running = await run(identity, ip, app);
    // Its address is nobody's from then on: what is still sent to it gets no answer at all.
    void running.ended.then(() => cluster.addresses.delete(`${ip}:${APP_PORT}`));
    void listening.promise.then(() => cluster.kubelet.setReady(running, true));
    return running;
  }

  return { start, calm, accessKeyOf, reasonOf: (pod) => reasons.get(pod) };
}

function accessKeyOf(pod: string): string {
  return `AKIA-${pod}`;
}

function startApp(cluster: EmbeddedCluster, ip: string, listening: () => void): ContainerProcess {
  return startWebApp(cluster.speed, (port) => {
    cluster.addresses.set(`${ip}:${APP_PORT}`, { host: '127.0.0.1', port });
    listening();
  });
}

function runPlainPod(
  { cluster, gracePeriodSeconds }: RolloutPodsOptions,
  { name, namespace, node, labels }: PodIdentity,
  ip: string,
  app: () => ContainerProcess,
  hook: Extract<Hook, { readonly kind: 'none' | 'sleep' }>,
): Promise<RunningPod> {
  const preStop: PreStop | undefined = hook.kind === 'sleep' ? { sleep: { seconds: hook.seconds } } : undefined;
  const ports = [{ name: 'http', containerPort: APP_PORT }];
  const plain = pod({
    name,
    namespace,
    labels,
    ips: [ip],
    ready: false,
    spec: {
      nodeName: node,
      terminationGracePeriodSeconds: gracePeriodSeconds,
      containers: [{ name: 'app', ports, ...(preStop === undefined ? {} : { lifecycle: { preStop } }) }],
    },
  });
  return cluster.kubelet.run({ pod: plain, containers: { app } });
}

function runPodWithSidecar(
  { cluster, gracePeriodSeconds, targetGroup, entry }: RolloutPodsOptions,
  { name, namespace, node, labels }: PodIdentity,
  ip: string,
  app: () => ContainerProcess,
  hook: Extract<Hook, { readonly kind: 'rival' | 'drain-wait' }>,
  onLog: (line: LogLine) => void,
): Promise<ProtectedPod> {
  const rival = hook.kind === 'rival' ? { RIVAL: hook.rival, TARGET_GROUP_ARN: targetGroup } : {};
  return runProtectedPod({
    cluster,
    name,
    namespace,
    node,
    labels,
    ips: [ip],
    gracePeriodSeconds,
    readyAfterMs: 'never',
    app,
    onLog,
    entry: hook.kind === 'rival' ? RIVAL : entry,
    env: { ...rival, TARGET_PORT: String(APP_PORT), AWS_ACCESS_KEY_ID: accessKeyOf(name) },
  });
}
