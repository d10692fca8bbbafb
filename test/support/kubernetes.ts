import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { inject, onTestFinished } from 'vitest';
import { scaledClock } from '../../sim/clock.ts';
import { createFaults, type Faults } from '../../sim/faults.ts';
import { listen } from '../../sim/http.ts';
import { kubeconfig } from '../../sim/kubeconfig.ts';
import { type KubernetesApi, startKubernetesApi } from '../../sim/kubernetes/api.ts';
import { createStore, type Store } from '../../sim/kubernetes/store.ts';
import { listenTls, writeServiceAccount } from '../../sim/kubernetes/tls.ts';
import type { Listening } from '../../sim/listen.ts';
import { createTimeline } from '../../sim/timeline.ts';
import { type VirtualClock, virtualClock } from '../../sim/virtual-clock.ts';
import type { Cluster, PodRef } from '../../src/core/ports.ts';
import { type ApiClient, createApiClient } from '../../src/kubernetes/api-client.ts';
import { createCluster } from '../../src/kubernetes/cluster.ts';
import type { Connection } from '../../src/kubernetes/connection.ts';
import { connectByKubeconfig } from '../../src/kubernetes/kubeconfig.ts';
import { connectAsServiceAccount } from '../../src/kubernetes/service-account.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** How the adapter under test reaches the API: as in a pod, over TLS, or by a kubeconfig. */
    readonly connectBy: 'service-account' | 'kubeconfig';
  }
}

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
  /** The adapter's way to it, with `TOKEN`. */
  readonly client: ApiClient;
  /** The adapter. */
  readonly cluster: Cluster;
  /** How many times the adapter has connected. */
  connects(): number;
  close(): Promise<void>;
}

/** An embedded API server, and the adapter connected to it over a real socket. */
export async function startKubernetes(): Promise<TestKubernetes> {
  const clock = virtualClock();
  const realClock = scaledClock(1);
  const store = createStore({ clock: realClock, timeline: createTimeline(realClock) });
  const faults = createFaults(realClock);
  const tokens = new Set([TOKEN]);
  const api = await startKubernetesApi({ store, clock: realClock, faults, tokens });
  const server = await serve(api.handle);
  let connects = 0;
  const client = createApiClient({
    clock,
    connect: () => {
      connects += 1;
      return server.connect();
    },
  });
  return {
    clock,
    store,
    faults,
    tokens,
    api,
    client,
    cluster: createCluster(client),
    connects: () => connects,
    close: async () => void (await Promise.all([api.close(), server.close()])),
  };
}

/** A server, and the way to it. */
export interface TestServer extends Listening {
  connect(options?: ConnectOptions): Promise<Connection>;
}

export interface ConnectOptions {
  /** Absent: `TOKEN`. */
  readonly token?: string;
  /** Absent: where the server really is. */
  readonly host?: string;
}

/** Anything that answers requests, reached in the way that is under test. */
export async function serve(
  handle: (request: IncomingMessage, response: ServerResponse) => Promise<void> | void,
): Promise<TestServer> {
  if (inject('connectBy') === 'kubeconfig') {
    const listening = await listen(handle);
    return {
      ...listening,
      connect: ({ token = TOKEN, host = '127.0.0.1' } = {}) =>
        connectByKubeconfig(kubeConfig(`http://${host}:${listening.port}`, token)),
    };
  }
  const folder = await mkdtemp(join(tmpdir(), 'service-account-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const listening = await listenTls(async (request, response) => handle(request, response));
  return {
    ...listening,
    async connect({ token = TOKEN, host = '127.0.0.1' } = {}) {
      await writeServiceAccount(folder, listening, token);
      return await connectAsServiceAccount({ host, port: String(listening.port), folder });
    },
  };
}

function kubeConfig(server: string, token: string): KubeConfig {
  const config = new KubeConfig();
  config.loadFromString(kubeconfig(server, token));
  return config;
}
