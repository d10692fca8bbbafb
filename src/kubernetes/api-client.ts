import pRetry from 'p-retry';
import { ApiError } from '../core/errors.ts';
import type { Clock } from '../core/ports.ts';
import { callWithin } from '../core/timeout.ts';
import type { Answer, Connection } from './connection.ts';
import { fromAnswer, toKubernetesError } from './errors.ts';

// Long enough for a TLS handshake in a container that may use a fiftieth of a processor.
const CALL_TIMEOUT_MS = 5_000;
const RETRIES = 2;
const FIRST_RETRY_MS = 200;
/** A call ends by then, with all its retries: until the first has ended the hold asks nobody else. */
const TOTAL_TIMEOUT_MS = 6_000;
/** Of the objects that are asked for, an EndpointSlice is the largest: 100 endpoints, some 40 KB. */
const PAGE_SIZE = 100;

const ALREADY_EXISTS = 409;

export interface ApiClientOptions {
  readonly clock: Clock;
  /** Called at the first use and again after HTTP 401, so that a rotated token is found at once. */
  readonly connect: () => Promise<Connection>;
}

/**
 * The Kubernetes API in three verbs; passing errors are retried a little. `operation` is the call as `kubectl auth can-i` words it (`list endpointslices.discovery.k8s.io`), for
 * the messages. Every call rejects with an ApiError, and soon after an abort.
 */
export interface ApiClient {
  /** One object. */
  read(operation: string, path: string, signal: AbortSignal): Promise<unknown>;
  /** The items of all pages. */
  list<Item>(
    operation: string,
    path: string,
    selector: Readonly<Record<string, string>>,
    signal: AbortSignal,
    toItem: (object: unknown) => Item,
  ): Promise<readonly Item[]>;
  /**
   * Gives what the server made of the object. It may be sent again, so its name must not be left to the server; that it is there
   * already is no error, and gives nothing.
   */
  create(operation: string, path: string, object: unknown, signal: AbortSignal): Promise<unknown>;
}

type Send = (connection: Connection, signal: AbortSignal) => Promise<Answer>;

export function createApiClient({ clock, connect }: ApiClientOptions): ApiClient {
  let connection: Promise<Connection> | undefined;

  /** Simultaneous first calls share one connection; one that fails is not kept. */
  function connected(): Promise<Connection> {
    connection ??= connect().catch((error: unknown) => {
      connection = undefined;
      throw error;
    });
    return connection;
  }

  async function callOnce(operation: string, send: Send, signal: AbortSignal): Promise<unknown> {
    try {
      const answer = await callWithin(CALL_TIMEOUT_MS, clock, signal, operation, async (callSignal) => {
        const way = await connected();
        callSignal.throwIfAborted();
        return await send(way, callSignal);
      });
      return fromAnswer(answer, operation);
    } catch (error) {
      throw toKubernetesError(error, operation);
    }
  }

  async function callWithFreshToken(operation: string, send: Send, signal: AbortSignal): Promise<unknown> {
    try {
      return await callOnce(operation, send, signal);
    } catch (error) {
      if ((error as ApiError).kind !== 'unauthenticated' || signal.aborted) throw error;
      connection = undefined;
      return await callOnce(operation, send, signal);
    }
  }

  async function call(operation: string, send: Send, signal: AbortSignal): Promise<unknown> {
    try {
      return await callWithin(TOTAL_TIMEOUT_MS, clock, signal, operation, (totalSignal) =>
        pRetry(() => callWithFreshToken(operation, send, totalSignal), {
          retries: RETRIES,
          minTimeout: FIRST_RETRY_MS,
          randomize: true,
          signal: totalSignal,
          shouldRetry: ({ error }) => isPassing(error as ApiError),
        }),
      );
    } catch (error) {
      // After an abort p-retry rejects with the reason of the signal.
      throw toKubernetesError(error, operation);
    }
  }

  const read: ApiClient['read'] = (operation, path, signal) =>
    call(operation, (way, callSignal) => way.get(path, callSignal), signal);

  return {
    read,

    async list<Item>(
      operation: string,
      path: string,
      selector: Readonly<Record<string, string>>,
      signal: AbortSignal,
      toItem: (object: unknown) => Item,
    ) {
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
    },

    create: (operation, path, object, signal) =>
      call(
        operation,
        async (way, callSignal) => {
          const answer = await way.post(path, JSON.stringify(object), callSignal);
          return answer.status === ALREADY_EXISTS ? { status: 200, body: '{}' } : answer;
        },
        signal,
      ),
  };
}

/** The path of a namespace below an API: `/api/v1`, `/apis/<group>/<version>`. */
export function inNamespace(api: string, namespace: string): string {
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
