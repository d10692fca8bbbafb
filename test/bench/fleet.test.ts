import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import type { FleetFigures } from '../../bench/fleet/figures.ts';
import { BRIEF } from '../../bench/fleet/grid.ts';
import { runJob } from '../../bench/fleet/job.ts';
import type { Scenario } from '../../bench/fleet/scenario.ts';
import { STRATEGIES, type StrategyName } from '../../bench/fleet/strategies.ts';
import { markdownTable } from '../../bench/fleet/table.ts';

const SMALL = { size: 40, refillPerSecond: 10 } as const;

const TEN_PODS: Scenario = {
  pods: 10,
  groups: 1,
  loadBalancer: 'alb',
  lag: 'fast',
  bucket: SMALL,
  withinMs: 60_000,
};

function figures(strategy: StrategyName, overrides: Partial<Scenario> = {}, seed = 1): Promise<FleetFigures> {
  return runJob({ scenario: { ...TEN_PODS, ...overrides }, strategy, seed });
}

async function table(seed: number): Promise<string> {
  const jobs = (['sleep 15', 'poll until gone', 'drain-wait'] as const).map((strategy) => ({
    scenario: { ...TEN_PODS, pods: 50, lag: 'slow' } as const,
    strategy,
    seed,
  }));
  return markdownTable(await Promise.all(jobs.map(async (job) => ({ job, figures: await runJob(job) }))));
}

describe('docs/comparison.md', () => {
  const scenarios = BRIEF.filter(({ pods, loadBalancer }) => pods <= 10 && loadBalancer === 'alb');
  const jobs = scenarios.flatMap((scenario) =>
    (Object.keys(STRATEGIES) as StrategyName[]).map((strategy) => ({ scenario, strategy, seed: 1 })),
  );

  test('has the rows that the benchmark prints', async () => {
    const page = await readFile('docs/comparison.md', 'utf8');
    const table = markdownTable(await Promise.all(jobs.map(async (job) => ({ job, figures: await runJob(job) }))));
    const rows = table.split('\n').slice(2);
    expect(rows.length).toBeGreaterThan(20);
    expect(rows.filter((row) => !page.includes(row))).toEqual([]);
  });
});

test('one seed gives the same table to the byte, and another seed another one', async () => {
  const first = await table(1);
  expect(await table(1)).toBe(first);
  expect(await table(2)).not.toBe(first);
});

describe('a thousand pods that leave at once, on a bucket of 40 tokens,', () => {
  const atOnce = { pods: 1_000, withinMs: 1_000 } as const;

  test.each([1, 10, 50])(
    'in %i target groups are all drained, none of them early, and the controller is not throttled',
    async (groups) => {
      const fleet = await figures('drain-wait', { ...atOnce, groups, lag: 'slow' });
      expect(fleet.reasons).toEqual({ drained: 1_000 });
      expect(fleet.early).toBe(0);
      expect(fleet.podCalls.throttled).toBe(0);
      expect(fleet.controllerCalls.made).toBeGreaterThan(100);
      expect(fleet.controllerCalls.throttled).toBe(0);
    },
  );

  test('throttle the controller where they do not take turns', async () => {
    const { controllerCalls, early } = await figures('drain-wait without turns', {
      ...atOnce,
      groups: 10,
      lag: 'slow',
    });
    expect(controllerCalls.throttled / controllerCalls.made).toBeGreaterThan(0.05);
    expect(early).toBeGreaterThan(0);
  });
});

describe('drain-wait', () => {
  const everywhere = (['alb', 'nlb'] as const).flatMap((loadBalancer) =>
    (['fast', 'slow'] as const).flatMap((lag) =>
      [1, 10, 100].map((pods) => ({ loadBalancer, lag, pods, groups: Math.min(pods, 10) })),
    ),
  );

  test.each(everywhere)('lets nobody go early: $pods pods, $loadBalancer, $lag lag', async (scenario) => {
    const fleet = await figures('drain-wait', scenario);
    expect(fleet.reasons).toEqual({ drained: scenario.pods });
    expect(fleet.early).toBe(0);
    expect(fleet.controllerCalls.throttled).toBe(0);
  });

  test('makes at most five calls for a pod in an ordinary drain, and at most three in the median', async () => {
    const { calls } = await figures('drain-wait', { pods: 100, groups: 10 });
    expect(calls.worst).toBeLessThanOrEqual(5);
    expect(calls.median).toBeLessThanOrEqual(3);
  });

  test('wastes at most 8 s in the median behind an ALB, and less than every sleep that is long enough', async () => {
    const ours = await figures('drain-wait', { pods: 100, groups: 10 });
    expect(ours.wasted.median).toBeLessThanOrEqual(8_000);
    for (const strategy of ['sleep 5', 'sleep 15', 'sleep 30', 'sleep 60'] as const) {
      const rival = await figures(strategy, { pods: 100, groups: 10 });
      if (rival.early === 0) expect(ours.wasted.median, strategy).toBeLessThan(rival.wasted.median);
    }
  });
});

describe('what people use today', () => {
  test.each(['no hook', 'sleep 5', 'sleep 15', 'first draining'] as const)(
    'lets everybody go early: %s',
    async (strategy) => {
      expect((await figures(strategy)).early).toBe(10);
    },
  );

  test('lets nobody go early where the controller is fast and the sleep is long', async () => {
    expect((await figures('sleep 30')).early).toBe(0);
    expect((await figures('sleep 60', { lag: 'slow' })).early).toBeGreaterThan(0);
    expect((await figures('sleep 60', { loadBalancer: 'nlb' })).early).toBe(10);
  });

  test('holds for the whole deregistration delay where it waits for the target to be gone', async () => {
    for (const strategy of ['SDK waiter', 'poll until gone'] as const) {
      const { reasons, sigtermAfter } = await figures(strategy);
      expect(reasons).toEqual({ gone: 10 });
      expect(sigtermAfter.median).toBeGreaterThan(300_000);
    }
  });
});
