import type { Clock } from '../../core/ports.ts';
import { NOT_SENT, type RunRecord } from '../record.ts';
import { arrivals } from './arrivals.ts';
import { failureOf, type Outcome } from './ask.ts';
import { LATEST_MS, MOST_WAITING } from './limits.ts';
import { within } from './within.ts';

export interface SendingOptions {
  readonly clock: Clock;
  readonly ratePerSecond: number;
  readonly durationMs: number;
  /** For each request. */
  readonly timeoutMs: number;
  /** Sends one. Never rejects. */
  readonly ask: (signal: AbortSignal) => Promise<Outcome>;
  /** Whether a status is no failure. */
  readonly isGood: (status: number) => boolean;
  readonly record: RunRecord;
  /** Ends it early: what has been sent is waited for. */
  readonly signal: AbortSignal;
}

export interface Sending {
  /** Requests without an answer so far. */
  readonly waiting: number;
  /** Resolves when the last one has come to its end. Never rejects. */
  readonly done: Promise<void>;
}

/** Sends requests in an open loop, and records what becomes of each that is due. */
export function startSending(options: SendingOptions): Sending {
  const { clock, ratePerSecond, durationMs, timeoutMs, ask, isGood, record, signal } = options;
  const waiting = new Set<Promise<void>>();
  const startedAtMs = clock.now();

  async function send(dueAtMs: number): Promise<void> {
    const outcome = await within(timeoutMs, clock, ask);
    const latencyMs = clock.now() - dueAtMs;
    const answer = outcome.kind === 'answer' ? { status: outcome.status, latencyMs, cut: outcome.cut } : undefined;
    record.add({ atMs: dueAtMs - startedAtMs, failure: failureOf(outcome, isGood), answer });
  }

  function arrive(dueAtMs: number): void {
    if (waiting.size >= MOST_WAITING || clock.now() - dueAtMs > LATEST_MS) {
      record.add({ atMs: dueAtMs - startedAtMs, failure: NOT_SENT, answer: undefined });
      return;
    }
    const sending = send(dueAtMs);
    waiting.add(sending);
    void sending.finally(() => waiting.delete(sending));
  }

  const count = Math.ceil((ratePerSecond * durationMs) / 1_000 - 1e-9);
  const done = arrivals({ clock, ratePerSecond, signal, count }, arrive).then(async () => {
    await Promise.all(waiting);
  });
  return {
    get waiting() {
      return waiting.size;
    },
    done,
  };
}
