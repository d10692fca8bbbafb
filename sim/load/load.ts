// No library: autocannon waits for an answer before it sends again over the same connection, k6 is no npm package, artillery
// is a platform of its own, and loadtest, whose loop is open, can neither live on our clock nor say how a request failed.
import { Agent } from 'node:http';
import type { Clock } from '../../src/core/ports.ts';
import { ask } from './client.ts';
import { rotation } from './rotation.ts';

/** `short` and `slow` requests have a connection of their own, `keep-alive` ones share a few that stay. */
export type RequestKind = 'short' | 'slow' | 'keep-alive';

/** A request that did not get a good answer. */
export interface Failure {
  /** When it was sent, in ms of the clock since the start of the load. */
  readonly atMs: number;
  /** `HTTP 502`, `connection refused`, `connection reset`, `no answer`, `broken answer`, or a code of Node. */
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
 * An open loop: request i is sent when it is due, at i / rate, whether those before it have been answered or not. So
 * a server that stalls gets as many requests as one that does not, and none is left out of the report.
 */
export function startLoad(options: LoadOptions): Load {
  const { clock, ratePerSecond, mix = { short: 6, slow: 1, 'keep-alive': 3 }, timeoutMs = 30_000, onFailure } = options;
  if (!(ratePerSecond > 0 && Number.isFinite(ratePerSecond)))
    throw new RangeError(`Cannot load: 'ratePerSecond' must be positive and finite: current value is ${ratePerSecond}`);
  const nextKind = rotation(mix);
  const target = createTarget(options);
  const stopping = new AbortController();
  const startedAt = clock.now();
  const pending = new Set<Promise<void>>();
  const failures: Failure[] = [];
  let sent = 0;

  async function send(kind: RequestKind): Promise<void> {
    const atMs = clock.now() - startedAt;
    const why = await within(timeoutMs, clock, (signal) => ask({ ...target.of(kind), signal }));
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

  async function arrive(): Promise<void> {
    const dueAt = () => startedAt + (sent * 1_000) / ratePerSecond;
    while (!stopping.signal.aborted) {
      // A late wake makes up for all that have become due meanwhile.
      while (dueAt() <= clock.now()) sendOne();
      await clock.sleep(dueAt() - clock.now(), stopping.signal);
    }
  }

  async function finish(): Promise<LoadReport> {
    stopping.abort();
    await arriving;
    await Promise.all(pending);
    target.close();
    return { sent, failures: failures.toSorted((left, right) => left.atMs - right.atMs) };
  }

  const arriving = arrive();
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
  // One agent for each connection, in turn. A common pool would send everything over the one that was used last.
  const agents = Array.from({ length: keepAliveConnections }, () => new Agent({ keepAlive: true, maxFreeSockets: 1 }));
  let turn = 0;

  function nextAgent(): Agent | false {
    turn += 1;
    return agents[turn % agents.length] ?? false;
  }

  return {
    of(kind: RequestKind) {
      switch (kind) {
        case 'short':
          return { url, agent: false as const };
        case 'slow':
          return { url: `${url}/slow?ms=${slowMs}`, agent: false as const };
        case 'keep-alive':
          return { url, agent: nextAgent() };
        default:
          return kind satisfies never;
      }
    },
    close() {
      for (const agent of agents) agent.destroy();
    },
  };
}

/** Aborts the signal after `ms`. */
async function within<T>(ms: number, clock: Clock, act: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const done = new AbortController();
  const late = new AbortController();
  void clock.sleep(ms, done.signal).then(() => {
    if (!done.signal.aborted) late.abort();
  });
  try {
    return await act(late.signal);
  } finally {
    done.abort();
  }
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
