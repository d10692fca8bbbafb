import type { Clock } from '../src/core/ports.ts';
import { scaledClock } from './clock.ts';
import { type EmbeddedAws, type EmbeddedAwsOptions, startEmbeddedAws } from './embedded-aws.ts';
import { createFaults, type Faults } from './faults.ts';
import { loopback, type SocketAddress } from './kubelet/pre-stop.ts';
import { createKubelet, type Kubelet } from './kubelet.ts';
import { type KubernetesApi, startKubernetesApi } from './kubernetes/api.ts';
import { createStore, type Store } from './kubernetes/store.ts';
import { listenTls, type TlsListening } from './kubernetes/tls.ts';
import { createTimeline, type Timeline } from './timeline.ts';

export interface ClusterOptions extends Pick<EmbeddedAwsOptions, 'lagMs' | 'bucket' | 'roles'> {
  /** How many times as fast as the real clock everything goes. Absent: 1. */
  readonly speed?: number;
  /** Absent: free ones. */
  readonly ports?: { readonly kubernetes?: number; readonly aws?: number };
}

/** How long the API server may take a token for good without looking at its pod again (apiserver: token cache). */
const TOKEN_CACHE_MS = 10_000;

/** The whole embedded cluster in one process: real sockets, one clock. */
export interface EmbeddedCluster extends EmbeddedAws {
  readonly clock: Clock;
  readonly speed: number;
  readonly timeline: Timeline;
  readonly store: Store;
  readonly kubernetes: KubernetesApi;
  /** The same API as pods reach it. */
  readonly kubernetesTls: TlsListening;
  readonly kubernetesFaults: Faults;
  readonly kubelet: Kubelet;
  /** Where `podIP:port` really listens; what is not here is on loopback, at the same port. */
  readonly addresses: Map<string, SocketAddress>;
}

export async function startCluster(options: ClusterOptions = {}): Promise<EmbeddedCluster> {
  const { speed = 1, ports = {}, ...asked } = options;
  const clock = scaledClock(speed);
  const timeline = createTimeline(clock);
  const store = createStore({ clock, timeline });
  const kubernetesFaults = createFaults(clock);
  const port = ports.aws === undefined ? {} : { port: ports.aws };
  const aws = await startEmbeddedAws({ ...asked, clock, timeline, store, ...port });
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
  return {
    ...aws,
    clock,
    speed,
    timeline,
    store,
    kubernetes,
    kubernetesTls,
    kubernetesFaults,
    kubelet,
    addresses,
    async close() {
      unwatch();
      aws.controller.close();
      await kubelet.close();
      await Promise.all([kubernetes.close(), kubernetesTls.close(), aws.close()]);
    },
  };
}
