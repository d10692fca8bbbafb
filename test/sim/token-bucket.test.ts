import { expect, test } from 'vitest';
import { createTokenBucket } from '../../sim/aws/token-bucket.ts';
import { virtualClock } from '../../sim/virtual-clock.ts';

test('a full bucket gives its size at once and then nothing', () => {
  const bucket = createTokenBucket({ clock: virtualClock(), size: 40, refillPerSecond: 10 });
  const burst = Array.from({ length: 42 }, () => bucket.take());
  expect(burst.filter(Boolean)).toHaveLength(40);
  expect(burst.slice(40)).toEqual([false, false]);
});

test('an empty bucket gives exactly the refill, however finely time passes', async () => {
  const clock = virtualClock();
  const bucket = createTokenBucket({ clock, size: 1, refillPerSecond: 10 });
  let given = 0;
  bucket.take();
  for (let ms = 1; ms <= 60_000; ms += 1) {
    await clock.advance(1);
    if (bucket.take()) given += 1;
  }
  expect(given).toBe(600);
});

test('a bucket never holds more than its size', async () => {
  const clock = virtualClock();
  const bucket = createTokenBucket({ clock, size: 2, refillPerSecond: 10 });
  bucket.take();
  await clock.advance(3_600_000);
  expect([bucket.take(), bucket.take(), bucket.take()]).toEqual([true, true, false]);
});

test('a bucket of infinite size never refuses', () => {
  const bucket = createTokenBucket({ clock: virtualClock(), size: Number.POSITIVE_INFINITY, refillPerSecond: 0 });
  expect(Array.from({ length: 1000 }, () => bucket.take())).not.toContain(false);
});
