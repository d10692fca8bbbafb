// No library: autocannon waits for an answer before it sends again over the same connection, k6 is no npm package, artillery
// is a platform of its own, and loadtest, whose loop is open, can neither live on our clock nor say how a request failed.
import { Agent } from 'node:http';
import type { Clock } from '../../src/core/ports.ts';
import { arrivals } from '../../src/verify/send/arrivals.ts';
import { ask, failureOf } from '../../src/verify/send/ask.ts';
import { KEPT, keptConnections } from '../../src/verify/send/kept-connections.ts';
import { within } from '../../src/verify/send/within.ts';
import { rotation } from './rotation.ts';

/** `short` and `slow` requests have a connection of their own, `keep-alive` ones share a few that stay. */
export type RequestKind = 'short' | 'slow' | 'keep-alive';

/** A request that did not get a good answer. */
export interface Failure {
  /** When it was sent, in ms of the clock since the start of the load. */
  readonly atMs: number;
  /** `HTTP 502`, `connection refused`, or whatever else failureOf says. A status of 400 or more is a failure. */
  readonly why: string;
  readonly kind: RequestKind;
}

export interface LoadReport {
  readonly sent: number;
  /** By time of sending. */
  readonly failures: readonly Failure[];
}

export interface Load {
  /** So far. */
  readonly sent: number;
  /** Ends the arrivals, waits for the answers that are still out (as long as the timeout at most), and reports. */
  stop(): Promise<LoadReport>;
}

export interface LoadOptions {
  readonly clock: Clock;
  readonly url: string;
  /** Per second of the clock. */
  readonly ratePerSecond: number;
  /** The share of each kind. Absent: 6 short, 1 slow, 3 keep-alive. */
  readonly mix?: Readonly<Record<RequestKind, number>>;
  /** When a client gives up. Absent: 30 s. */
  readonly timeoutMs?: number;
  /** How long a slow request takes. Absent: 2 s. */
  readonly slowMs?: number;
  /** Told of each failure when it happens. */
  readonly onFailure?: (failure: Failure) => void;
  /** How many connections stay. Absent: 4. More are opened where these are all busy: no request waits for another. */
  readonly keepAliveConnections?: number;
}

/**
 * Sends requests in an open loop: a server that stalls gets as many of them as one that does not, and none is left out of
 * the report.
 */
export function startLoad(options: LoadOptions): Load {
  const { clock, ratePerSecond, mix = { short: 6, slow: 1, 'keep-alive': 3 }, timeoutMs = 30_000, onFailure } = options;
  const nextKind = rotation(mix);
  const target = createTarget(options);
  const stopping = new AbortController();
  const startedAt = clock.now();
  const pending = new Set<Promise<void>>();
  const failures: Failure[] = [];
  let sent = 0;

  async function send(kind: RequestKind): Promise<void> {
    const atMs = clock.now() - startedAt;
    const outcome = await within(timeoutMs, clock, (signal) => ask({ ...target.of(kind), signal }));
    const why = failureOf(outcome, (status) => status < 400);
    if (why === undefined) return;
    failures.push({ atMs, why, kind });
    onFailure?.({ atMs, why, kind });
  }

  function sendOne(): void {
    sent += 1;
    const sending = send(nextKind());
    pending.add(sending);
    void sending.finally(() => pending.delete(sending));
  }

  async function finish(): Promise<LoadReport> {
    stopping.abort();
    await arriving;
    await Promise.all(pending);
    target.close();
    return { sent, failures: failures.toSorted((left, right) => left.atMs - right.atMs) };
  }

  const arriving = arrivals({ clock, ratePerSecond, signal: stopping.signal }, sendOne);
  let report: Promise<LoadReport> | undefined;
  return {
    get sent() {
      return sent;
    },
    stop() {
      report ??= finish();
      return report;
    },
  };
}

/** What a request of each kind asks for, and over which connection. */
function createTarget({ url, slowMs = 2_000, keepAliveConnections = 4 }: LoadOptions) {
  const kept = keptConnections(keepAliveConnections, () => new Agent(KEPT));
  return {
    of(kind: RequestKind) {
      switch (kind) {
        case 'short':
          return { url, agent: false as const };
        case 'slow':
          return { url: `${url}/slow?ms=${slowMs}`, agent: false as const };
        case 'keep-alive':
          return { url, agent: kept.next() };
        default:
          return kind satisfies never;
      }
    },
    close: kept.close,
  };
}

/** How many requests failed in which way. */
export type CountByWhy = Readonly<Record<string, number>>;

/** By the second of the load in which they were sent, counted from 0. Seconds without a failure are left out. */
export function failuresBySecond(failures: readonly Failure[]): ReadonlyMap<number, CountByWhy> {
  return countBy(failures, ({ atMs }) => Math.floor(atMs / 1_000));
}

/** Kinds without a failure are left out. */
export function failuresByKind(failures: readonly Failure[]): ReadonlyMap<RequestKind, CountByWhy> {
  return countBy(failures, ({ kind }) => kind);
}

function countBy<Key>(failures: readonly Failure[], keyOf: (failure: Failure) => Key): ReadonlyMap<Key, CountByWhy> {
  const counts = new Map<Key, Record<string, number>>();
  for (const failure of failures) {
    const count = counts.get(keyOf(failure)) ?? {};
    count[failure.why] = (count[failure.why] ?? 0) + 1;
    counts.set(keyOf(failure), count);
  }
  return counts;
}
