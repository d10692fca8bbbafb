import { systemClock } from '../src/clock.ts';
import type { Clock } from '../src/core/ports.ts';

/** The real clock, running `speed` times as fast: at speed 10 a sleep of 5,000 ms takes half a real second. */
export function scaledClock(speed: number): Clock {
  return {
    now: () => systemClock.now() * speed,
    sleep: (ms, signal) => systemClock.sleep(ms / speed, signal),
  };
}
