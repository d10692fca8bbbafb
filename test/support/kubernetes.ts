import { KubeConfig } from '@kubernetes/client-node';
import { scaledClock } from '../../sim/clock.ts';
import { createFaults, type Faults } from '../../sim/faults.ts';
import { type KubernetesApi, startKubernetesApi } from '../../sim/kubernetes/api.ts';
import { createStore, type Store } from '../../sim/kubernetes/store.ts';
import { createTimeline } from '../../sim/timeline.ts';
import { type VirtualClock, virtualClock } from '../../sim/virtual-clock.ts';
import type { Cluster, PodRef } from '../../src/core/ports.ts';
import { createCluster } from '../../src/kubernetes/cluster.ts';

export const TOKEN = 'secret-of-web-1';
export const WEB_1: PodRef = { namespace: 'default', name: 'web-1', uid: undefined, ips: [] };
/** A signal that is never aborted. */
export const NEVER: AbortSignal = new AbortController().signal;

export interface TestKubernetes {
  /** The adapter's. It stands still: no call runs out of time unless the test advances it. */
  readonly clock: VirtualClock;
  readonly store: Store;
  readonly faults: Faults;
  /** Those that the API server knows; `TOKEN` at first. */
  readonly tokens: Set<string>;
  readonly api: KubernetesApi;
  /** The adapter, with `TOKEN`. */
  readonly cluster: Cluster;
  /** How many times the adapter has asked for its configuration. */
  loads(): number;
}

/** An embedded API server, and the adapter connected to it over a real socket. */
export async function startKubernetes(): Promise<TestKubernetes> {
  const clock = virtualClock();
  const realClock = scaledClock(1);
  const store = createStore({ clock: realClock, timeline: createTimeline(realClock) });
  const faults = createFaults(realClock);
  const tokens = new Set([TOKEN]);
  const api = await startKubernetesApi({ store, clock: realClock, faults, tokens });
  let loads = 0;
  const cluster = createCluster({
    clock,
    loadConfig: () => {
      loads += 1;
      return kubeConfig(api.url);
    },
  });
  return { clock, store, faults, tokens, api, cluster, loads: () => loads };
}

export function kubeConfig(server: string, token: string = TOKEN): KubeConfig {
  const config = new KubeConfig();
  config.loadFromOptions({
    clusters: [{ name: 'embedded', server, skipTLSVerify: true }],
    users: [{ name: 'web', token }],
    contexts: [{ name: 'web', cluster: 'embedded', user: 'web' }],
    currentContext: 'web',
  });
  return config;
}
