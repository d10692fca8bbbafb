import {
  type ConfigurationOptions,
  CoreV1Api,
  CustomObjectsApi,
  DiscoveryV1Api,
  IsomorphicFetchHttpLibrary,
  type KubeConfig,
} from '@kubernetes/client-node';
import pRetry from 'p-retry';
import { ApiError } from '../core/errors.ts';
import type { BindingApiGroup, Clock, Cluster } from '../core/ports.ts';
import { callWithin } from '../core/timeout.ts';
import { toKubernetesError } from './errors.ts';
import { slicesOf, toBinding, toEndpointSlice, toOwnPod } from './objects.ts';

// Long enough for a TLS handshake in a container that may use a fiftieth of a processor.
const CALL_TIMEOUT_MS = 5_000;
const RETRIES = 2;
const FIRST_RETRY_MS = 200;
/** One read ends by then, with all its retries: until the first has ended the hold asks nobody else. */
const READ_TIMEOUT_MS = 6_000;
const PAGE_SIZE = 500;
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
  readonly loadConfig: () => KubeConfig;
}

interface Apis {
  readonly core: CoreV1Api;
  readonly discovery: DiscoveryV1Api;
  readonly custom: CustomObjectsApi;
}

/** Kubernetes through its official client. Passing errors are retried a little. */
export function createCluster({ clock, loadConfig }: ClusterOptions): Cluster {
  let apis: Apis | undefined;

  function connect(): Apis {
    const config = loadConfig();
    return {
      core: config.makeApiClient(CoreV1Api),
      discovery: config.makeApiClient(DiscoveryV1Api),
      custom: config.makeApiClient(CustomObjectsApi),
    };
  }

  async function callOnce<T>(operation: string, signal: AbortSignal, call: Call<T>): Promise<T> {
    try {
      return await callWithin(CALL_TIMEOUT_MS, clock, signal, operation, async (callSignal) => {
        apis ??= connect();
        return await call(apis, withSignal(callSignal));
      });
    } catch (error) {
      throw toKubernetesError(error, operation);
    }
  }

  async function callWithFreshToken<T>(operation: string, signal: AbortSignal, call: Call<T>): Promise<T> {
    try {
      return await callOnce(operation, signal, call);
    } catch (error) {
      if ((error as ApiError).kind !== 'unauthenticated' || signal.aborted) throw error;
      apis = undefined;
      return await callOnce(operation, signal, call);
    }
  }

  async function read<T>(operation: string, signal: AbortSignal, call: Call<T>): Promise<T> {
    try {
      return await callWithin(READ_TIMEOUT_MS, clock, signal, operation, (readSignal) =>
        pRetry(() => callWithFreshToken(operation, readSignal, call), {
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
    signal: AbortSignal,
    call: ListCall<Item>,
  ): Promise<readonly Item[]> {
    const items: Item[] = [];
    let next: string | undefined;
    do {
      const from = next;
      const page = await read(operation, signal, async (api, options) =>
        requireItems(
          await call(api, { limit: PAGE_SIZE, ...(from === undefined ? {} : { _continue: from }) }, options),
          operation,
        ),
      );
      items.push(...page.items);
      next = page.metadata?._continue ?? page.metadata?.continue;
    } while (next !== undefined && next !== '');
    return items;
  }

  return {
    async readPod({ namespace, name }, signal) {
      return toOwnPod(
        await read('get pods', signal, ({ core }, options) => core.readNamespacedPod({ namespace, name }, options)),
      );
    },

    async listBindings(apiGroup, namespace, signal) {
      const where = { group: apiGroup, version: BINDING_VERSIONS[apiGroup], namespace, plural: BINDINGS };
      try {
        const objects = await readPages(`list ${BINDINGS}.${apiGroup}`, signal, ({ custom }, page, options) =>
          custom.listNamespacedCustomObject({ ...where, ...page }, options),
        );
        return objects.flatMap((object) => toBinding(object, apiGroup) ?? []);
      } catch (error) {
        // The CRD is not installed: this cluster has no such controller.
        if ((error as ApiError).kind === 'not-found') return [];
        throw error;
      }
    },

    async listEndpointSlices(namespace, services, signal) {
      const selector = services.length > MOST_SERVICES_IN_SELECTOR ? {} : { labelSelector: slicesOf(services) };
      const slices = await readPages('list endpointslices.discovery.k8s.io', signal, ({ discovery }, page, options) =>
        discovery.listNamespacedEndpointSlice({ namespace, ...selector, ...page }, options),
      );
      return slices.map(toEndpointSlice);
    },

    async findServicePortName(namespace, service, port, signal) {
      const { spec } = await read('get services', signal, ({ core }, options) =>
        core.readNamespacedService({ namespace, name: service }, options),
      );
      const found = spec?.ports?.find((each) => each.port === port);
      return found === undefined ? undefined : (found.name ?? '');
    },
  };
}

type Call<T> = (apis: Apis, options: ConfigurationOptions) => Promise<T>;

interface Page<Item> {
  readonly items: readonly Item[];
  /** The typed client names it `_continue`, an untyped object keeps the wire's `continue`. */
  readonly metadata?: { readonly _continue?: string; readonly continue?: string };
}

type ListCall<Item> = (
  apis: Apis,
  page: { readonly limit: number; readonly _continue?: string },
  options: ConfigurationOptions,
) => Promise<Page<Item>>;

/** The client checks no shape, and an answer without the list does not say that there is nothing. */
function requireItems<Item>(page: Page<Item>, operation: string): Page<Item> {
  if (Array.isArray(page.items)) return page;
  throw new ApiError('bad-response', operation, 'the answer is no list');
}

const http = new IsomorphicFetchHttpLibrary();

/** The client takes a signal only on the request that it makes from our arguments. */
function withSignal(signal: AbortSignal): ConfigurationOptions {
  return {
    httpApi: {
      send(request) {
        request.setSignal(signal);
        return http.send(request);
      },
    },
  };
}

function isPassing({ kind }: ApiError): boolean {
  return kind === 'throttled' || kind === 'unreachable' || kind === 'bad-response';
}
