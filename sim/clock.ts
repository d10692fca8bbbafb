import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../src/core/ports.ts';

/** The real clock, running `speed` times as fast: at speed 10 a sleep of 5,000 ms takes half a real second. */
export function scaledClock(speed: number): Clock {
  return {
    now: () => performance.now() * speed,
    async sleep(ms, signal) {
      await delay(ms / speed, undefined, signal === undefined ? {} : { signal }).catch(() => {});
    },
  };
}
