import { KubeConfig } from '@kubernetes/client-node';
import { createFaults, type Faults } from '../../sim/faults.ts';
import { type KubernetesApi, startKubernetesApi } from '../../sim/kubernetes/api.ts';
import { createStore, type Store } from '../../sim/kubernetes/store.ts';
import { createTimeline } from '../../sim/timeline.ts';
import { type VirtualClock, virtualClock } from '../../sim/virtual-clock.ts';

export const TOKEN = 'of-web';

/** The embedded API server by itself, as any client meets it. */
export interface BareApi {
  readonly clock: VirtualClock;
  readonly store: Store;
  readonly faults: Faults;
  readonly api: KubernetesApi;
  /** With `TOKEN`, unless `init` has headers. */
  ask(path: string, init?: RequestInit): Promise<Response>;
  post(path: string, body: unknown): Promise<Response>;
  /** The names of the objects in a list. */
  names(path: string): Promise<readonly string[]>;
  /** For the official client. Absent: `TOKEN`. */
  config(token?: string): KubeConfig;
  close(): Promise<void>;
}

/** One that knows these tokens; absent: `TOKEN` only. */
export async function startBareApi(tokens: readonly string[] = [TOKEN]): Promise<BareApi> {
  const clock = virtualClock();
  const store = createStore({ clock, timeline: createTimeline(clock) });
  const faults = createFaults(clock);
  const api = await startKubernetesApi({ store, clock, faults, tokens: new Set(tokens) });
  const ask: BareApi['ask'] = (path, init = {}) =>
    fetch(`${api.url}${path}`, { headers: { authorization: `Bearer ${TOKEN}` }, ...init });
  return {
    clock,
    store,
    faults,
    api,
    ask,
    post: (path, body) => ask(path, { method: 'POST', body: JSON.stringify(body) }),
    async names(path) {
      const { items } = (await (await ask(path)).json()) as {
        readonly items: readonly { metadata: { name: string } }[];
      };
      return items.map(({ metadata }) => metadata.name);
    },
    config(token = TOKEN) {
      const config = new KubeConfig();
      config.loadFromClusterAndUser({ name: 'sim', server: api.url, skipTLSVerify: true }, { name: 'web', token });
      return config;
    },
    close: () => api.close(),
  };
}
