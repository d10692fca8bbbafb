import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { longestHoldMs } from '../../src/core/deadline.ts';
import {
  beforeTheEnd,
  type Fleet,
  firstLookMs,
  isFleet,
  jitter,
  nextStepMs,
  withinFleet,
} from '../../src/core/pace.ts';

const ALONE: Fleet = { terminatingTargets: 1, apiRate: 5 };

/** When a pod that leaves alone looks, in ms after the start of its hold, until something is seen at the first look from `lagMs` on. */
function looks(draw: number, lagMs: number): readonly number[] {
  const times = [firstLookMs(ALONE, draw)];
  let stepMs: number | undefined;
  for (let last = times[0] ?? 0; last < lagMs; times.push(last)) {
    stepMs = nextStepMs(stepMs, false);
    last += jitter(stepMs, draw);
  }
  return times;
}

const draws = fc.double({ min: 0, max: 0.999, noNaN: true });

describe('nextStepMs()', () => {
  test('grows by 15 % from 3.8 s up to 6.5 s', () => {
    const steps = [nextStepMs(undefined, false)];
    while (steps.length < 7) steps.push(nextStepMs(steps.at(-1), false));
    expect(steps.map(Math.round)).toEqual([3_800, 4_370, 5_026, 5_779, 6_500, 6_500, 6_500]);
  });

  test('doubles after a throttle up to 20 s, and comes back to 6.5 s', () => {
    expect(nextStepMs(4_000, true)).toBe(8_000);
    expect(nextStepMs(15_000, true)).toBe(20_000);
    expect(nextStepMs(20_000, false)).toBe(6_500);
  });
});

describe('the looks of a pod that leaves alone', () => {
  test('are no more than five up to a lag of 20 s', () => {
    fc.assert(
      fc.property(draws, fc.integer({ min: 0, max: 20_000 }), (draw, lagMs) => {
        expect(looks(draw, lagMs).length).toBeLessThanOrEqual(5);
      }),
    );
  });

  // At most 8 s of wasted hold in the median, of which 3 s are the settle time of 20 s less the 17 s that an ALB was seen to route.
  test('find a deregistration within 5 s in the median, whatever the lag', () => {
    const everyDraw = Array.from({ length: 101 }, (_, index) => index / 101);
    for (let lagMs = 0; lagMs <= 120_000; lagMs += 500) {
      const delays = everyDraw.map((draw) => (looks(draw, lagMs).at(-1) ?? Number.NaN) - lagMs);
      expect(delays.toSorted((a, b) => a - b)[50], `at a lag of ${lagMs} ms`).toBeLessThanOrEqual(5_000);
    }
  });
});

test('withinFleet() makes no step shorter than the fleet allows', () => {
  const fleet = { terminatingTargets: 1_000, apiRate: 5 };
  expect(withinFleet(6_500, fleet)).toBe(200_000);
  expect(withinFleet(6_500, ALONE)).toBe(6_500);
});

test('isFleet() is true where the targets have to take turns', () => {
  expect([1, 10, 11].map((terminatingTargets) => isFleet({ terminatingTargets, apiRate: 5 }))).toEqual([
    false,
    false,
    true,
  ]);
});

test('firstLookMs() is about 2 s for one pod and spreads a fleet over its step', () => {
  expect(firstLookMs(ALONE, 0)).toBe(2_000);
  expect(firstLookMs(ALONE, 0.999)).toBeLessThan(2_400);
  expect(firstLookMs({ terminatingTargets: 1_000, apiRate: 5 }, 0.5)).toBe(100_000);
});

test('jitter() lengthens by up to a fifth and never shortens', () => {
  fc.assert(
    fc.property(draws, (draw) => {
      expect(jitter(1_000, draw)).toBeGreaterThanOrEqual(1_000);
      expect(jitter(1_000, draw)).toBeLessThanOrEqual(1_200);
    }),
  );
});

describe('beforeTheEnd()', () => {
  test('puts a last look a second before the end instead of after it', () => {
    expect(beforeTheEnd(10_000, 4_000, ALONE)).toBe(3_000);
  });

  test('leaves a step alone that ends in time, or when a look has just been', () => {
    expect(beforeTheEnd(2_000, 4_000, ALONE)).toBe(2_000);
    expect(beforeTheEnd(10_000, 1_500, ALONE)).toBe(10_000);
  });

  test('never makes a fleet faster than it may be', () => {
    expect(beforeTheEnd(200_000, 60_000, { terminatingTargets: 1_000, apiRate: 5 })).toBe(200_000);
  });
});

test('longestHoldMs() keeps the reserve and two seconds, and never goes below nothing', () => {
  expect(longestHoldMs(60_000, 10_000)).toBe(48_000);
  expect(longestHoldMs(1_000, 10_000)).toBe(0);
});
