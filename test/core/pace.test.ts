import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { longestHoldMs } from '../../src/core/deadline.ts';
import { beforeTheEnd, firstLookMs, jitter, nextStepMs } from '../../src/core/pace.ts';

const ALONE = { terminatingEndpoints: 1, apiRate: 5 };

describe('nextStepMs()', () => {
  test('grows by 1.6 from 2.5 s up to 10 s', () => {
    const steps = [nextStepMs(undefined, false, ALONE)];
    while (steps.length < 6) steps.push(nextStepMs(steps.at(-1), false, ALONE));
    expect(steps.map(Math.round)).toEqual([2_500, 4_000, 6_400, 10_000, 10_000, 10_000]);
  });

  test('doubles after a throttle up to 20 s, and comes back to 10 s', () => {
    expect(nextStepMs(4_000, true, ALONE)).toBe(8_000);
    expect(nextStepMs(15_000, true, ALONE)).toBe(20_000);
    expect(nextStepMs(20_000, false, ALONE)).toBe(10_000);
  });

  test('is never shorter than the fleet allows', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5_000 }),
        fc.integer({ min: 1, max: 50 }),
        fc.boolean(),
        (n, apiRate, throttled) => {
          expect(nextStepMs(undefined, throttled, { terminatingEndpoints: n, apiRate })).toBeGreaterThanOrEqual(
            (n / apiRate) * 1_000,
          );
        },
      ),
    );
  });
});

test('firstLookMs() is about 2 s for one pod and spreads a fleet over its step', () => {
  expect(firstLookMs(ALONE, 0)).toBe(2_000);
  expect(firstLookMs(ALONE, 0.999)).toBeLessThan(2_400);
  expect(firstLookMs({ terminatingEndpoints: 1_000, apiRate: 5 }, 0.5)).toBe(100_000);
});

test('jitter() lengthens by up to a fifth and never shortens', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 0.999, noNaN: true }), (draw) => {
      expect(jitter(1_000, () => draw)).toBeGreaterThanOrEqual(1_000);
      expect(jitter(1_000, () => draw)).toBeLessThanOrEqual(1_200);
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
    expect(beforeTheEnd(200_000, 60_000, { terminatingEndpoints: 1_000, apiRate: 5 })).toBe(200_000);
  });
});

test('longestHoldMs() keeps the reserve and two seconds, and never goes below nothing', () => {
  expect(longestHoldMs(60_000, 10_000)).toBe(48_000);
  expect(longestHoldMs(1_000, 10_000)).toBe(0);
});
