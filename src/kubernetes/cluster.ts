import type { V1EndpointSlice, V1Pod, V1Service } from '@kubernetes/client-node';
import pRetry from 'p-retry';
import { ApiError } from '../core/errors.ts';
import type { BindingApiGroup, Clock, Cluster } from '../core/ports.ts';
import { callWithin } from '../core/timeout.ts';
import type { Connection } from './connection.ts';
import { fromAnswer, toKubernetesError } from './errors.ts';
import { type Json, slicesOf, toBinding, toEndpointSlice, toOwnPod, toService } from './objects.ts';

// Long enough for a TLS handshake in a container that may use a fiftieth of a processor.
const CALL_TIMEOUT_MS = 5_000;
const RETRIES = 2;
const FIRST_RETRY_MS = 200;
/** One read ends by then, with all its retries: until the first has ended the hold asks nobody else. */
const READ_TIMEOUT_MS = 6_000;
/** Of the objects that are asked for, an EndpointSlice is the largest: 100 endpoints, some 40 KB. */
const PAGE_SIZE = 100;
/** More names than this make a selector too long for a URL; then all slices are listed. */
const MOST_SERVICES_IN_SELECTOR = 50;

const BINDINGS = 'targetgroupbindings';
const BINDING_VERSIONS: Readonly<Record<BindingApiGroup, string>> = {
  'elbv2.k8s.aws': 'v1beta1',
  'eks.amazonaws.com': 'v1',
};

export interface ClusterOptions {
  readonly clock: Clock;
  /** Called at the first use and again after HTTP 401, so that a rotated token is found at once. */
  readonly connect: () => Promise<Connection>;
}

/** The reads of a hold from the Kubernetes API. Passing errors are retried a little. */
export function createCluster({ clock, connect }: ClusterOptions): Cluster {
  let connection: Promise<Connection> | undefined;

  /** Simultaneous first reads share one connection; one that fails is not kept. */
  function connected(): Promise<Connection> {
    connection ??= connect().catch((error: unknown) => {
      connection = undefined;
      throw error;
    });
    return connection;
  }

  async function getOnce(operation: string, path: string, signal: AbortSignal): Promise<unknown> {
    try {
      const answer = await callWithin(CALL_TIMEOUT_MS, clock, signal, operation, async (callSignal) => {
        const { get } = await connected();
        callSignal.throwIfAborted();
        return await get(path, callSignal);
      });
      return fromAnswer(answer, operation);
    } catch (error) {
      throw toKubernetesError(error, operation);
    }
  }

  async function getWithFreshToken(operation: string, path: string, signal: AbortSignal): Promise<unknown> {
    try {
      return await getOnce(operation, path, signal);
    } catch (error) {
      if ((error as ApiError).kind !== 'unauthenticated' || signal.aborted) throw error;
      connection = undefined;
      return await getOnce(operation, path, signal);
    }
  }

  async function read(operation: string, path: string, signal: AbortSignal): Promise<unknown> {
    try {
      return await callWithin(READ_TIMEOUT_MS, clock, signal, operation, (readSignal) =>
        pRetry(() => getWithFreshToken(operation, path, readSignal), {
          retries: RETRIES,
          minTimeout: FIRST_RETRY_MS,
          randomize: true,
          signal: readSignal,
          shouldRetry: ({ error }) => isPassing(error as ApiError),
        }),
      );
    } catch (error) {
      // After an abort p-retry rejects with the reason of the signal.
      throw toKubernetesError(error, operation);
    }
  }

  /** Follows `continue` from page to page. */
  async function readPages<Item>(
    operation: string,
    path: string,
    selector: Readonly<Record<string, string>>,
    signal: AbortSignal,
    toItem: (object: unknown) => Item,
  ): Promise<readonly Item[]> {
    const items: Item[] = [];
    let next = '';
    do {
      const query = new URLSearchParams({
        ...selector,
        limit: String(PAGE_SIZE),
        ...(next === '' ? {} : { continue: next }),
      });
      const page = requireItems(await read(operation, `${path}?${query}`, signal), operation);
      items.push(...page.items.map(toItem));
      next = page.metadata?.continue ?? '';
    } while (next !== '');
    return items;
  }

  return {
    async readPod({ namespace, name }, signal) {
      return toOwnPod(
        (await read(
          'get pods',
          `${inNamespace('/api/v1', namespace)}/pods/${encodeURIComponent(name)}`,
          signal,
        )) as Json<V1Pod>,
      );
    },

    async listBindings(apiGroup, namespace, signal) {
      const path = `${inNamespace(`/apis/${apiGroup}/${BINDING_VERSIONS[apiGroup]}`, namespace)}/${BINDINGS}`;
      try {
        const bindings = await readPages(`list ${BINDINGS}.${apiGroup}`, path, {}, signal, (object) =>
          toBinding(object, apiGroup),
        );
        return bindings.filter((binding) => binding !== undefined);
      } catch (error) {
        // The CRD is not installed: this cluster has no such controller.
        if ((error as ApiError).kind === 'not-found') return [];
        throw error;
      }
    },

    async listEndpointSlices(namespace, services, signal) {
      const path = `${inNamespace('/apis/discovery.k8s.io/v1', namespace)}/endpointslices`;
      const selector = services.length > MOST_SERVICES_IN_SELECTOR ? {} : { labelSelector: slicesOf(services) };
      return await readPages('list endpointslices.discovery.k8s.io', path, selector, signal, (object) =>
        toEndpointSlice(object as Json<V1EndpointSlice>),
      );
    },

    async readService(namespace, name, signal) {
      const path = `${inNamespace('/api/v1', namespace)}/services/${encodeURIComponent(name)}`;
      return toService((await read('get services', path, signal)) as Json<V1Service>);
    },
  };
}

function inNamespace(api: string, namespace: string): string {
  return `${api}/namespaces/${encodeURIComponent(namespace)}`;
}

interface Page {
  readonly items: readonly unknown[];
  readonly metadata?: { readonly continue?: string };
}

/** Nobody checks the shape before, and an answer without the list does not say that there is nothing. */
function requireItems(page: unknown, operation: string): Page {
  if (Array.isArray((page as Partial<Page> | null)?.items)) return page as Page;
  throw new ApiError('bad-response', operation, 'the answer is no list');
}

function isPassing({ kind }: ApiError): boolean {
  return kind === 'throttled' || kind === 'unreachable' || kind === 'bad-response';
}
