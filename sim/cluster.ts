import type { Clock } from '../src/core/ports.ts';
import { type AwsApi, startAwsApi } from './aws/api.ts';
import { createElbv2, type Elbv2 } from './aws/elbv2.ts';
import { createElbv2Caller } from './aws/elbv2-caller.ts';
import type { Role } from './aws/sts.ts';
import { createTokenBucket } from './aws/token-bucket.ts';
import { scaledClock } from './clock.ts';
import { type Controller, createController } from './controller.ts';
import { createFaults, type Faults } from './faults.ts';
import { loopback, type SocketAddress } from './kubelet/pre-stop.ts';
import { createKubelet, type Kubelet } from './kubelet.ts';
import { type KubernetesApi, startKubernetesApi } from './kubernetes/api.ts';
import { createStore, type Store } from './kubernetes/store.ts';
import { listenTls, type TlsListening } from './kubernetes/tls.ts';
import { createTimeline, type Timeline } from './timeline.ts';

export interface ClusterOptions {
  /** How many times as fast as the real clock everything goes. Absent: 1. */
  readonly speed?: number;
  /** Simulated ms from a pod's end until the controller hears of it. Absent: 3,000. */
  readonly lagMs?: number | ((pod: string) => number);
  /** Tokens of the account for Describe* calls, and how many come back each second. Absent: 40 and 10, the smaller of the known limits. */
  readonly bucket?: { readonly size: number; readonly refillPerSecond: number };
  readonly roles?: readonly Role[];
  /** Absent: free ones. */
  readonly ports?: { readonly kubernetes?: number; readonly aws?: number };
}

/** How long the API server may take a token for good without looking at its pod again (apiserver: token cache). */
const TOKEN_CACHE_MS = 10_000;

/** One call of the controller to ELBv2; retries count as calls. */
export interface ControllerCall {
  readonly action: string;
  /** Simulated ms since the cluster started. */
  readonly atMs: number;
  /** Whether it was refused for the rate. */
  readonly throttled: boolean;
}

/** The whole embedded cluster in one process: real sockets, one clock. */
export interface EmbeddedCluster {
  readonly clock: Clock;
  readonly speed: number;
  readonly timeline: Timeline;
  readonly store: Store;
  readonly kubernetes: KubernetesApi;
  /** The same API as pods reach it. */
  readonly kubernetesTls: TlsListening;
  readonly kubernetesFaults: Faults;
  readonly elbv2: Elbv2;
  readonly aws: AwsApi;
  readonly awsFaults: Faults;
  readonly controller: Controller;
  /** The calls that the controller made to ELBv2, oldest first. They are not among the requests of `aws`. */
  readonly controllerCalls: readonly ControllerCall[];
  /** Hit these calls, and nobody else's: the controller has a role of its own. */
  readonly controllerFaults: Faults;
  readonly kubelet: Kubelet;
  /** Where `podIP:port` really listens; what is not here is on loopback, at the same port. */
  readonly addresses: Map<string, SocketAddress>;
  close(): Promise<void>;
}

export async function startCluster(options: ClusterOptions = {}): Promise<EmbeddedCluster> {
  const { speed = 1, lagMs = 3_000, roles = [], ports = {} } = options;
  const clock = scaledClock(speed);
  const timeline = createTimeline(clock);
  const store = createStore({ clock, timeline });
  const elbv2 = createElbv2({ clock, timeline });
  const kubernetesFaults = createFaults(clock);
  const awsFaults = createFaults(clock);
  const controllerFaults = createFaults(clock);
  const bucket = createTokenBucket({ clock, ...options.bucket });
  const controllerCalls: ControllerCall[] = [];
  const startedAt = clock.now();
  const onCall = (call: Omit<ControllerCall, 'atMs'>) =>
    void controllerCalls.push({ ...call, atMs: clock.now() - startedAt });
  const caller = createElbv2Caller({ elbv2, clock, bucket, faults: controllerFaults, onCall });
  const controller = createController({ clock, timeline, store, elbv2, caller, lagMs, random: Math.random });
  const addresses = new Map<string, SocketAddress>();
  const address = (host: string, port: number) => addresses.get(`${host}:${port}`) ?? loopback(host, port);
  const kubelet = createKubelet({ clock, timeline, store, address });
  const kubernetes = await startKubernetesApi({
    store,
    clock,
    faults: kubernetesFaults,
    port: ports.kubernetes ?? 0,
  });
  const kubernetesTls = await listenTls(kubernetes.handle);
  // A pod's bound token is its UID here. It is good until the token cache has forgotten the pod: 404 first, then 401.
  const unwatch = store.onChange(({ type, object }) => {
    if (type === 'removed' && object.kind === 'Pod') kubernetes.revokeToken(object.metadata.uid, TOKEN_CACHE_MS);
  });
  const aws = await startAwsApi({
    elbv2,
    clock,
    faults: awsFaults,
    bucket,
    roles,
    port: ports.aws ?? 0,
  });
  return {
    clock,
    speed,
    timeline,
    store,
    kubernetes,
    kubernetesTls,
    kubernetesFaults,
    elbv2,
    aws,
    awsFaults,
    controller,
    controllerCalls,
    controllerFaults,
    kubelet,
    addresses,
    async close() {
      unwatch();
      controller.close();
      await kubelet.close();
      await Promise.all([kubernetes.close(), kubernetesTls.close(), aws.close()]);
      elbv2.close();
    },
  };
}
