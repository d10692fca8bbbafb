import { expect, test } from 'vitest';
import { createTimeline, type Moment } from '../../sim/timeline.ts';
import { virtualClock } from '../../sim/virtual-clock.ts';

test('what is told later takes its place in the order, and listeners hear of it when it is told', async () => {
  const clock = virtualClock();
  await clock.advance(1_000);
  const timeline = createTimeline(clock);
  const heard: Moment[] = [];
  timeline.onMoment((moment) => heard.push(moment));
  for (const what of ['first', 'second']) {
    timeline.record('user', what);
    await clock.advance(100);
  }
  timeline.record('app', 'between', {}, 50);
  timeline.record('app', 'at the same time as the second', {}, 100);
  expect(timeline.moments.map(({ what, atMs }) => [what, atMs])).toEqual([
    ['first', 0],
    ['between', 50],
    ['second', 100],
    ['at the same time as the second', 100],
  ]);
  expect(heard.map(({ what }) => what)).toEqual(['first', 'second', 'between', 'at the same time as the second']);
});
