import type { Clock } from '../src/core/ports.ts';

/** A clock whose time stands still until nothing else is left to do, and then jumps to the next sleeper. */
export interface VirtualClock extends Clock {
  /** Runs until `promise` settles, jumping from sleeper to sleeper. Rejects where nobody sleeps and it never would. */
  run<T>(promise: Promise<T>): Promise<T>;
  /** Lets `ms` pass, waking every sleeper on the way in order. */
  advance(ms: number): Promise<void>;
}

interface Sleeper {
  readonly atMs: number;
  readonly wake: () => void;
}

export function virtualClock(): VirtualClock {
  let nowMs = 0;
  let sleepers: Sleeper[] = [];

  function sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted === true) return resolve();
      const sleeper: Sleeper = { atMs: nowMs + Math.max(0, ms), wake };
      function wake(): void {
        sleepers = sleepers.filter((other) => other !== sleeper);
        signal?.removeEventListener('abort', wake);
        resolve();
      }
      signal?.addEventListener('abort', wake, { once: true });
      sleepers.push(sleeper);
    });
  }

  function next(): Sleeper | undefined {
    return sleepers.reduce<Sleeper | undefined>(
      (first, sleeper) => (first === undefined || sleeper.atMs < first.atMs ? sleeper : first),
      undefined,
    );
  }

  async function run<T>(promise: Promise<T>): Promise<T> {
    let settled = false;
    const done = () => {
      settled = true;
    };
    promise.then(done, done);
    for (;;) {
      await everythingElse();
      if (settled) return promise;
      const sleeper = next();
      if (sleeper === undefined || sleeper.atMs === Number.POSITIVE_INFINITY) {
        throw new Error('nothing sleeps, and the promise has not settled');
      }
      nowMs = sleeper.atMs;
      sleeper.wake();
    }
  }

  async function advance(ms: number): Promise<void> {
    const endMs = nowMs + ms;
    for (;;) {
      await everythingElse();
      const sleeper = next();
      if (sleeper === undefined || sleeper.atMs > endMs) break;
      nowMs = sleeper.atMs;
      sleeper.wake();
    }
    nowMs = endMs;
  }

  return { now: () => nowMs, sleep, run, advance };
}

/** Resolves when every microtask, and every one that those start, has run. */
function everythingElse(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
