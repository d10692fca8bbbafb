import TinyQueue from 'tinyqueue';
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
  /** Of two that wake at the same time, whoever fell asleep first comes first. */
  readonly order: number;
  /** Undefined once awake. */
  wake: (() => void) | undefined;
}

export function virtualClock(): VirtualClock {
  const sleepers = new TinyQueue<Sleeper>([], (a, b) => a.atMs - b.atMs || a.order - b.order);
  let nowMs = 0;
  let slept = 0;

  function sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted === true) return resolve();
      const sleeper: Sleeper = { atMs: nowMs + Math.max(0, ms), order: slept, wake };
      function wake(): void {
        sleeper.wake = undefined;
        signal?.removeEventListener('abort', wake);
        resolve();
      }
      slept += 1;
      signal?.addEventListener('abort', wake, { once: true });
      sleepers.push(sleeper);
    });
  }

  /** The first that still sleeps. Those who were woken by their signal are left in the queue until they come up. */
  function next(): Sleeper | undefined {
    while (sleepers.length > 0 && sleepers.peek()?.wake === undefined) sleepers.pop();
    return sleepers.peek();
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
      sleeper.wake?.();
    }
  }

  async function advance(ms: number): Promise<void> {
    const endMs = nowMs + ms;
    for (;;) {
      await everythingElse();
      const sleeper = next();
      if (sleeper === undefined || sleeper.atMs > endMs) break;
      nowMs = sleeper.atMs;
      sleeper.wake?.();
    }
    nowMs = endMs;
  }

  return { now: () => nowMs, sleep, run, advance };
}

/** Resolves when every microtask, and every one that those start, has run. */
function everythingElse(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
