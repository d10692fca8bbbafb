import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { figuresOf } from '../../sim/rollout/figures.ts';
import { drawPicture } from '../../sim/rollout/picture.ts';
import type { PodFate, RolloutResult } from '../../sim/rollout/result.ts';
import { markdownTable, terminalTable } from '../../sim/rollout/table.ts';
import { median, percentile } from '../../sim/statistics.ts';

function pod(overrides: Partial<PodFate> = {}): PodFate {
  return {
    pod: 'web-1',
    deletedAtMs: 1_000,
    deregisteredAtMs: 3_000,
    routedUntilMs: 20_000,
    sigtermAtMs: 25_000,
    endedAtMs: 27_000,
    killed: false,
    calls: 2,
    reason: undefined,
    ...overrides,
  };
}

function rollout(overrides: Partial<RolloutResult> = {}): RolloutResult {
  return {
    strategy: 'drain-wait',
    title: 'drain-wait',
    sent: 4_000,
    failures: [],
    pods: [pod()],
    controllerThrottles: 0,
    durationMs: 40_000,
    ...overrides,
  };
}

function failures(...whys: readonly string[]): RolloutResult['failures'] {
  return whys.map((why, index) => ({ atMs: 2_000 + index * 1_000, why, kind: 'short' }));
}

const WITHOUT = rollout({
  strategy: 'none',
  title: 'no hook',
  sent: 2_500,
  failures: failures('HTTP 504', 'HTTP 502', 'connection refused', 'HTTP 502'),
  pods: [pod({ sigtermAtMs: 1_000, endedAtMs: 4_000, calls: 0 })],
  durationMs: 20_000,
});

describe('statistics', () => {
  test('the median of an odd number of values is the middle one', () => {
    expect(median([30, 10, 20])).toBe(20);
  });

  test('the median of an even number of values lies between the two in the middle', () => {
    expect(median([40, 10, 20, 30])).toBe(25);
  });

  test('of no values there is neither median nor percentile', () => {
    expect(median([])).toBeUndefined();
    expect(percentile([], 99)).toBeUndefined();
  });

  test('percentiles reach from the smallest value to the largest, and sort by number', () => {
    const values = [100, 9, 20];
    expect([0, 25, 50, 100].map((percent) => percentile(values, percent))).toEqual([9, 14.5, 20, 100]);
    expect(values).toEqual([100, 9, 20]);
  });

  test.each([-1, 101, Number.NaN])('there is no percentile %d', (percent) => {
    expect(() => percentile([1], percent)).toThrow(
      `A percentile must be a number from 0 to 100: current value is ${percent}`,
    );
  });
});

describe('figures', () => {
  test('failures are counted by why, the most frequent first, equals by name', () => {
    const { sent, failed, failedByWhy } = figuresOf(WITHOUT);
    expect({ sent, failed, failedByWhy }).toEqual({
      sent: 2_500,
      failed: 4,
      failedByWhy: 'HTTP 502 2, HTTP 504 1, connection refused 1',
    });
  });

  test('nothing is said of failures where there are none', () => {
    expect(figuresOf(rollout())).toMatchObject({ failed: 0, failedByWhy: '' });
  });

  test('SIGTERM is timed from the deletion of the pod', () => {
    const pods = [pod({ sigtermAtMs: 24_000 }), pod({ sigtermAtMs: 31_000 }), pod({ deletedAtMs: 10_000 })];
    expect(figuresOf(rollout({ pods })).sigtermAfterMs).toEqual({ median: 23_000, worst: 30_000 });
  });

  test('time is wasted from the end of the routing until SIGTERM', () => {
    const pods = [pod({ sigtermAtMs: 21_000 }), pod({ sigtermAtMs: 26_000 }), pod({ sigtermAtMs: 5_000 })];
    expect(figuresOf(rollout({ pods })).wastedMs).toEqual({ median: 1_000, worst: 6_000 });
  });

  test('a pod is routed to after SIGTERM until the routing ends', () => {
    const pods = [pod({ sigtermAtMs: 1_000 }), pod({ sigtermAtMs: 19_000 }), pod({ sigtermAtMs: 50_000 })];
    expect(figuresOf(rollout({ pods })).routedAfterSigtermMs).toEqual({ median: 1_000, worst: 19_000 });
  });

  test('calls, throttles, kills and the duration are told as they are', () => {
    const pods = [pod({ calls: 2, killed: true }), pod({ calls: 5 })];
    expect(figuresOf(rollout({ pods, controllerThrottles: 7, durationMs: 61_500 }))).toMatchObject({
      calls: { median: 3.5, worst: 5 },
      controllerThrottles: 7,
      killed: 1,
      durationMs: 61_500,
    });
  });

  test('a rollout that replaced no pod has no figures of pods', () => {
    expect(figuresOf(rollout({ pods: [] }))).toMatchObject({
      sigtermAfterMs: undefined,
      wastedMs: undefined,
      routedAfterSigtermMs: undefined,
      calls: undefined,
      killed: 0,
    });
  });
});

const NINE = [
  WITHOUT,
  ...[5, 15, 30, 60].map((s) => rollout({ title: `preStop sleep ${s}` })),
  rollout({ title: "answer at the first 'draining'" }),
  rollout({ title: 'SDK waitUntilTargetDeregistered' }),
  rollout({ title: 'poll every 5 s', controllerThrottles: 3 }),
  rollout(),
];

describe('the table at a terminal', () => {
  const plain = terminalTable(NINE, { colors: false });

  test('has a line for each strategy, in the order given', () => {
    const titles = NINE.map(({ title }) => title);
    const lines = plain.split('\n').slice(2, 2 + titles.length);
    expect(lines.map((line) => line.slice(0, 31).trim())).toEqual(titles);
  });

  test('shows the numbers in the order of its columns', () => {
    const cells = (title: string) => plain.match(new RegExp(`^${title} {2,}(.*)$`, 'm'))?.[1]?.split(/ {2,}/);
    expect(cells('no hook')).toEqual(['2500', '4', '0.0 / 0.0', '0.0', '19.0', '0 / 0', '0', '0', '20.0']);
    expect(cells('poll every 5 s')).toEqual(['4000', '0', '24.0 / 24.0', '5.0', '0.0', '2 / 2', '3', '0', '40.0']);
  });

  test('lets every column end at the same place and fits 120 columns', () => {
    const lines = plain.split('\n');
    expect(new Set(lines.slice(0, 2 + NINE.length).map((line) => line.length)).size).toBe(1);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(120);
  });

  test('says below it why requests failed, and of no strategy without failures', () => {
    expect(plain).toContain('\n  no hook  HTTP 502 2, HTTP 504 1, connection refused 1\n');
    expect(terminalTable([rollout()], { colors: false })).not.toContain('what failed');
  });

  test('cuts what is too long for 120 columns', () => {
    const whys = Array.from({ length: 20 }, (_, index) => `an unheard of failure ${index}`);
    const long = rollout({ title: 'a title '.repeat(20).trim(), failures: failures(...whys) });
    const lines = terminalTable([long], { colors: false }).split('\n');
    expect(lines.filter((line) => line.includes('…'))).toHaveLength(2);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(120);
  });

  test('is the same in colours', () => {
    const colored = terminalTable(NINE, { colors: true });
    expect(colored).not.toBe(plain);
    expect(stripVTControlCharacters(colored)).toBe(plain);
  });

  test('shows what there is not as a dash', () => {
    expect(terminalTable([rollout({ pods: [] })], { colors: false })).toMatch(
      /^drain-wait +4000 +0 +- +- +- +- +0 +0/m,
    );
  });
});

describe('the table in Markdown', () => {
  test('has the same number of cells in each line, and a line for each strategy', () => {
    const lines = markdownTable(NINE).split('\n');
    expect(lines).toHaveLength(2 + NINE.length);
    for (const line of lines) expect(line).toMatch(/^\|( [^|]* \|){11}$/);
    expect(lines[1]).toMatch(/^\|( -+:? \|)+$/);
  });

  test('shows the figures', () => {
    expect(markdownTable([WITHOUT])).toContain(
      '| no hook | 2500 | 4 | 0.0 / 0.0 | 0.0 | 19.0 | 0 / 0 | 0 | 0 | 20.0 | HTTP 502 2, HTTP 504 1, connection refused 1 |',
    );
  });

  test('keeps a pipe in a title from ending its cell', () => {
    expect(markdownTable([rollout({ title: 'sleep 5 | true' })])).toContain('| sleep 5 \\| true |');
  });
});

/** The elements of a layer, by what they say to a screen reader. */
function marks(svg: string, layer: string): readonly (readonly [says: string, element: string])[] {
  const inside = svg.match(new RegExp(`<g class="mark-\\w+ role-mark ${layer}_marks"[^>]*>(.*?)</g>`, 's'))?.[1] ?? '';
  return [...inside.matchAll(/<(?:path|line|text) aria-label="([^"]*)"[^>]*>/g)].map(([all, says]) => [
    says ?? '',
    all,
  ]);
}

function barWidth(element: string): number {
  return numbers(/d="M[\d.]+,[\d.]+h([\d.]+)/, element)[0] ?? Number.NaN;
}

function numbers(pattern: RegExp, element: string): readonly number[] {
  return (pattern.exec(element) ?? []).slice(1).map(Number);
}

describe('the picture', () => {
  test('is one SVG without references to anything outside', async () => {
    const svg = await drawPicture(NINE, '3 replicas behind an ALB');
    expect(svg).toMatch(/^<svg [^>]*width="1000"[^>]*>.*<\/svg>$/s);
    expect(svg).toContain('>3 replicas behind an ALB<');
    expect(svg).not.toMatch(/href=|url\(|<image|<style|<script|NaN|undefined/);
  });

  test('has each strategy in the order given, with its count of failed requests', async () => {
    const svg = await drawPicture(NINE, '');
    expect(marks(svg, 'titles').map(([says]) => says.replaceAll('&#39;', "'"))).toEqual(NINE.map(({ title }) => title));
    expect(marks(svg, 'failed').map(([says]) => says)).toEqual(NINE.map(({ failures: { length } }) => `${length}`));
  });

  test('marks each failed request once, in the colour of its why', async () => {
    const ticks = marks(await drawPicture(NINE, ''), 'failures');
    expect(ticks.map(([says]) => says)).toEqual([
      'HTTP 504 at 2 s',
      'HTTP 502 at 3 s',
      'connection refused at 4 s',
      'HTTP 502 at 5 s',
    ]);
    const [late, bad, other, badAgain] = ticks.map(([, element]) => /stroke="([^"]*)"/.exec(element)?.[1]);
    expect(bad).toBe(badAgain);
    expect(new Set([late, bad, other]).size).toBe(3);
  });

  test('draws the phases of a pod as long as they took', async () => {
    const bars = marks(await drawPicture([rollout()], ''), 'phases');
    expect(bars.map(([says]) => says)).toEqual([
      'web-1 not yet deregistered, 1 s to 3 s',
      'web-1 deregistered, still held, 3 s to 25 s',
      'web-1 after SIGTERM, 25 s to 27 s',
    ]);
    const [hold = Number.NaN, settle = Number.NaN, shutdown] = bars.map(([, element]) => barWidth(element));
    expect(settle / hold).toBeCloseTo(11);
    expect(shutdown).toBeCloseTo(hold);
  });

  test('marks failures below the pods of their strategy, at their time on the same axis', async () => {
    const pods = [pod(), pod({ pod: 'web-2' })];
    const svg = await drawPicture([rollout({ pods, failures: failures('HTTP 502', 'HTTP 502') }), rollout()], '');
    const bars = marks(svg, 'phases').map(([, element]) => numbers(/d="M([\d.]+),([\d.]+)h/, element));
    const [, tick] = marks(svg, 'failures').map(([, element]) => numbers(/translate\(([\d.]+),([\d.]+)\)/, element));
    const [deregistered, lowest, next] = [bars[1], bars[5], bars[6]];
    expect(tick?.[0]).toBeCloseTo(deregistered?.[0] ?? Number.NaN);
    expect(tick?.[1]).toBeGreaterThan(lowest?.[1] ?? Number.NaN);
    expect(tick?.[1]).toBeLessThan(next?.[1] ?? Number.NaN);
  });

  test('has one time axis for all strategies', async () => {
    const svg = await drawPicture([rollout(), rollout({ durationMs: 100_000 })], '');
    const [first = Number.NaN, second = Number.NaN] = marks(svg, 'phases')
      .filter(([says]) => says.includes('still held'))
      .map(([, element]) => barWidth(element));
    expect(first).toBeGreaterThan(0);
    expect(second).toBe(first);
    expect(svg.match(/seconds since the start/g)).toHaveLength(2);
  });

  test.each([
    ['came before its deregistration', pod({ sigtermAtMs: 2_000, endedAtMs: 4_000 })],
    ['came without a deregistration', pod({ sigtermAtMs: 2_000, endedAtMs: 4_000, deregisteredAtMs: undefined })],
  ])('ends the hold of a pod at a SIGTERM that %s', async (_, fate) => {
    const bars = marks(await drawPicture([rollout({ pods: [fate] })], ''), 'phases');
    expect(bars.map(([says]) => says)).toEqual([
      'web-1 not yet deregistered, 1 s to 2 s',
      'web-1 after SIGTERM, 2 s to 4 s',
    ]);
  });

  test('shows how long a pod was routed to, and apart from it how long after SIGTERM', async () => {
    const routes = async (fate: PodFate) =>
      marks(await drawPicture([rollout({ pods: [fate] })], ''), 'routes').map(([says]) => says);
    expect(await routes(pod())).toEqual(['web-1 routes to it, 0 s to 20 s']);
    expect(await routes(pod({ sigtermAtMs: 6_000 }))).toEqual([
      'web-1 routes to it, 0 s to 6 s',
      'web-1 still routes to it after SIGTERM, 6 s to 20 s',
    ]);
  });

  test('is the same text for the same results', async () => {
    const first = await drawPicture(NINE, 'a caption');
    expect(await drawPicture(structuredClone(NINE), 'a caption')).toBe(first);
  });
});
