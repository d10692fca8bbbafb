import pRetry from 'p-retry';
import type { ApiError } from '../core/errors.ts';
import type { Clock } from '../core/ports.ts';
import { callWithin } from '../core/timeout.ts';
import { type Answer, AnswerTooLong, type Connection } from './connection.ts';
import { fromAnswer, toKubernetesError } from './errors.ts';
import { LONGEST_LIST, type Received, readPages } from './pages.ts';

// Long enough for a TLS handshake in a container that may use a fiftieth of a processor.
const CALL_TIMEOUT_MS = 5_000;
const RETRIES = 2;
const FIRST_RETRY_MS = 200;
/** A call ends by then, with all its retries: until the first has ended the hold asks nobody else. */
const TOTAL_TIMEOUT_MS = 6_000;

const ALREADY_EXISTS = 409;

export interface ApiClientOptions {
  readonly clock: Clock;
  /** Called at the first use and again after HTTP 401, so that a rotated token is found at once. */
  readonly connect: () => Promise<Connection>;
  /** The longest list that is read, in characters. Absent: what a sidecar can bear. */
  readonly longestList?: number;
}

/**
 * The Kubernetes API in three verbs; passing errors are retried a little. `operation` is the call as `kubectl auth can-i` words it (`list endpointslices.discovery.k8s.io`), for
 * the messages. Every call rejects with an ApiError, and soon after an abort.
 */
export interface ApiClient {
  /** One object. */
  read(operation: string, path: string, signal: AbortSignal): Promise<unknown>;
  /** The items of all pages. A list that is longer than a sidecar can bear is an error, and not a part of it. */
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

export function createApiClient({ clock, connect, longestList = LONGEST_LIST }: ApiClientOptions): ApiClient {
  let connection: Promise<Connection> | undefined;

  /** Simultaneous first calls share one connection; one that fails is not kept. */
  function connected(): Promise<Connection> {
    connection ??= connect().catch((error: unknown) => {
      connection = undefined;
      throw error;
    });
    return connection;
  }

  async function callOnce(operation: string, send: Send, signal: AbortSignal): Promise<Received> {
    try {
      const answer = await callWithin(CALL_TIMEOUT_MS, clock, signal, operation, async (callSignal) => {
        const way = await connected();
        callSignal.throwIfAborted();
        return await send(way, callSignal);
      });
      return { object: fromAnswer(answer, operation), length: answer.body.length };
    } catch (error) {
      throw toKubernetesError(error, operation);
    }
  }

  async function callWithFreshToken(operation: string, send: Send, signal: AbortSignal): Promise<Received> {
    try {
      return await callOnce(operation, send, signal);
    } catch (error) {
      if ((error as ApiError).kind !== 'unauthenticated' || signal.aborted) throw error;
      connection = undefined;
      return await callOnce(operation, send, signal);
    }
  }

  async function call(operation: string, send: Send, signal: AbortSignal): Promise<Received> {
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

  return {
    async read(operation, path, signal) {
      return (await call(operation, (way, callSignal) => way.get(path, callSignal), signal)).object;
    },

    list: (operation, path, selector, signal, toItem) =>
      readPages(
        operation,
        (query) => {
          const pagePath = `${path}?${new URLSearchParams({ ...selector, ...query })}`;
          return call(operation, (way, callSignal) => way.get(pagePath, callSignal), signal);
        },
        toItem,
        longestList,
      ),

    async create(operation, path, object, signal) {
      const { object: made } = await call(
        operation,
        async (way, callSignal) => {
          const answer = await way.post(path, JSON.stringify(object), callSignal);
          return answer.status === ALREADY_EXISTS ? { status: 200, body: '{}' } : answer;
        },
        signal,
      );
      return made;
    },
  };
}

function isPassing({ kind, cause }: ApiError): boolean {
  if (cause instanceof AnswerTooLong) return false;
  return kind === 'throttled' || kind === 'unreachable' || kind === 'bad-response';
}
