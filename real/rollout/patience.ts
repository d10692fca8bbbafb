import { LONGEST_MS } from '../../sim/rollout/under-load.ts';
import type { Clock } from '../../src/core/ports.ts';

/** Waits for what others do. */
export interface Patience {
  /** Rejects when that takes longer than any phase of a rollout should, or with the reason of the signal. */
  until(what: string, isSo: () => boolean): Promise<void>;
}

const LOOK_MS = 200;

export function createPatience(clock: Clock, signal: AbortSignal): Patience {
  return {
    async until(what, isSo) {
      for (const endsAtMs = clock.now() + LONGEST_MS; !isSo(); await clock.sleep(LOOK_MS, signal)) {
        signal.throwIfAborted();
        if (clock.now() > endsAtMs) throw new Error(`Waited ${LONGEST_MS / 1_000} s in vain until ${what}`);
      }
    },
  };
}
