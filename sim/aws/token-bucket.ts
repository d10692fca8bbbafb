import type { Clock } from '../../src/core/ports.ts';

/** The limiter in front of an AWS API: a burst of `size` calls, then `refillPerSecond` of them. */
export interface TokenBucket {
  /** Takes one token; false when there is no whole one. */
  take(): boolean;
}

/** A full bucket; absent numbers are the smaller of the limits that AWS is known for. `size: Infinity` never refuses. */
export function createTokenBucket({
  clock,
  size = 40,
  refillPerSecond = 10,
}: {
  readonly clock: Clock;
  readonly size?: number;
  readonly refillPerSecond?: number;
}): TokenBucket {
  // Counted from the last moment the bucket was full: adding up small refills would lose tokens to rounding.
  let fullAt = clock.now();
  let taken = 0;
  return {
    take() {
      const now = clock.now();
      let refilled = ((now - fullAt) * refillPerSecond) / 1000;
      if (refilled >= taken) {
        fullAt = now;
        taken = 0;
        refilled = 0;
      }
      if (size - taken + refilled < 1) return false;
      taken += 1;
      return true;
    },
  };
}
