import { describe, expect, test } from 'vitest';
import { NO_CALLS } from '../../src/core/calls.ts';
import type { CutShort, HoldEvent } from '../../src/core/journal.ts';
import type { HoldSummary, TargetSummary } from '../../src/core/outcome.ts';
import { createMetrics, type Metrics, type MetricsOptions } from '../../src/telemetry/metrics.ts';
import { eventually } from '../support/eventually.ts';
import { type Scene, startScene } from '../support/scene.ts';
import { ALB_ARN, POD } from '../support/world.ts';
import { type Sample, samplesOf } from './prometheus-text.ts';

function target(overrides: Partial<TargetSummary> = {}): TargetSummary {
  return { ...NO_CALLS, targetGroup: ALB_ARN, ip: '10.1.0.7', port: 8080, state: 'settled', states: [], ...overrides };
}

function released(overrides: Partial<HoldSummary> = {}): HoldEvent {
  const summary = { reason: 'drained', heldMs: 1, deadlineInMs: 1, kubernetes: NO_CALLS, targets: [] } as const;
  return { kind: 'released', pod: POD, summary: { ...summary, ...overrides } };
}

function start(options: Partial<MetricsOptions> = {}): Metrics {
  return createMetrics({ version: '1.2.3', observe: false, holding: () => [], ...options });
}

/** A hold that goes on. */
function soFar(overrides: Partial<CutShort> = {}): CutShort {
  return { kind: 'cut-short', pod: POD, heldMs: 6_000, kubernetes: NO_CALLS, targets: [], ...overrides };
}

/** The value of the one sample with this name and these labels; undefined where there is none. */
function valueIn(
  samples: readonly Sample[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const found = samples.filter(
    (sample) =>
      sample.name === name && Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
  );
  expect(found.length, `${name} ${JSON.stringify(labels)}`).toBeLessThanOrEqual(1);
  return found[0]?.value;
}

async function read(metrics: Metrics): Promise<readonly Sample[]> {
  return samplesOf(await metrics.text());
}

async function scrape({ pod }: Scene): Promise<readonly Sample[]> {
  const response = await fetch(`${pod.url}/metrics`);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  return samplesOf(await response.text());
}

describe('the metrics', () => {
  test('count each hold by its reason, with what it took', async () => {
    const metrics = start();
    const targets = [
      target({ lagMs: 4_000, calls: 5, throttles: 2, errors: 1 }),
      target({ port: 8443, calls: 5, throttles: 2, errors: 1 }),
    ];
    const kubernetes = { calls: 7, throttles: 0, errors: 3, apiMs: 1 };
    metrics.journal(released({ reason: 'deadline', heldMs: 48_000, kubernetes, targets }));
    const samples = await read(metrics);
    expect(valueIn(samples, 'drain_wait_holds_total', { reason: 'deadline' })).toBe(1);
    expect(valueIn(samples, 'drain_wait_held_seconds_sum')).toBe(48);
    expect(valueIn(samples, 'drain_wait_held_seconds_bucket', { le: '40' })).toBe(0);
    expect(valueIn(samples, 'drain_wait_held_seconds_bucket', { le: '60' })).toBe(1);
    const group = { target_group: 'k8s-shop-web-alb' };
    expect(valueIn(samples, 'drain_wait_lag_seconds_count', group)).toBe(1);
    expect(valueIn(samples, 'drain_wait_lag_seconds_sum', group)).toBe(4);
    const calls = (name: string) => ['ok', 'throttled', 'error'].map((result) => valueIn(samples, name, { result }));
    expect(calls('drain_wait_elbv2_calls_total')).toEqual([2, 2, 1]);
    expect(calls('drain_wait_kubernetes_calls_total')).toEqual([4, 0, 3]);
    expect(valueIn(samples, 'drain_wait_build_info', { version: '1.2.3' })).toBe(1);
  });

  test('begin with 0, so that the only hold of a pod is an increase', async () => {
    const metrics = start();
    metrics.checked(0, [ALB_ARN]);
    const samples = await read(metrics);
    for (const reason of ['drained', 'not-a-target', 'not-terminating', 'disabled', 'fallback', 'deadline']) {
      expect(valueIn(samples, 'drain_wait_holds_total', { reason })).toBe(0);
    }
    expect(valueIn(samples, 'drain_wait_held_seconds_count')).toBe(0);
    expect(valueIn(samples, 'drain_wait_lag_seconds_count', { target_group: 'k8s-shop-web-alb' })).toBe(0);
    expect(valueIn(samples, 'drain_wait_elbv2_calls_total', { result: 'throttled' })).toBe(0);
  });

  test('do not lose a lag when the target group is found once more', async () => {
    const metrics = start();
    metrics.journal(released({ targets: [target({ lagMs: 4_000 })] }));
    metrics.checked(0, [ALB_ARN]);
    expect(valueIn(await read(metrics), 'drain_wait_lag_seconds_count')).toBe(1);
  });

  test('count at each scrape what a hold that goes on has seen, and everything once', async () => {
    const holding = [soFar({ targets: [target({ state: 'registered', calls: 1 })] })];
    const metrics = start({ holding: () => holding });
    const seen = async () => {
      const samples = await read(metrics);
      return [
        valueIn(samples, 'drain_wait_lag_seconds_count') ?? 0,
        valueIn(samples, 'drain_wait_elbv2_calls_total', { result: 'ok' }),
        valueIn(samples, 'drain_wait_kubernetes_calls_total', { result: 'ok' }),
      ];
    };
    expect(await seen()).toEqual([0, 1, 0]);
    const left = { targets: [target({ lagMs: 4_000, calls: 2 })], kubernetes: { ...NO_CALLS, calls: 5 } };
    holding[0] = soFar(left);
    expect(await seen()).toEqual([1, 2, 5]);
    expect(await seen()).toEqual([1, 2, 5]);
    holding.pop();
    metrics.journal(released({ ...left, kubernetes: { ...NO_CALLS, calls: 6 } }));
    expect(await seen()).toEqual([1, 2, 6]);
    // The pod's next hold, which nobody has looked at before.
    metrics.journal(released(left));
    expect(await seen()).toEqual([2, 4, 11]);
  });

  test('keep the first lag of a target that came back', async () => {
    const holding = [soFar({ targets: [target({ lagMs: 4_000 })] })];
    const metrics = start({ holding: () => holding });
    await read(metrics);
    holding[0] = soFar({ targets: [target({ lagMs: 9_000 })] });
    expect(valueIn(await read(metrics), 'drain_wait_lag_seconds_sum')).toBe(4);
  });

  test('do not fall when two target groups turn out to be one', async () => {
    const holding = [
      soFar({ targets: [target({ calls: 1, throttles: 1 }), target({ targetGroup: 'web', calls: 1, throttles: 1 })] }),
    ];
    const metrics = start({ holding: () => holding });
    await read(metrics);
    holding[0] = soFar({ targets: [target({ calls: 1, throttles: 1 })] });
    expect(valueIn(await read(metrics), 'drain_wait_elbv2_calls_total', { result: 'throttled' })).toBe(2);
  });

  test('tell of the problems that the latest start-up check has found', async () => {
    const metrics = start();
    metrics.checked(3, []);
    metrics.checked(1, []);
    expect(valueIn(await read(metrics), 'drain_wait_startup_problems')).toBe(1);
  });

  test.each([
    [true, 'observe'],
    [false, 'hold'],
  ])('say in each line whether the holds are only observed: %s', async (observe, mode) => {
    const metrics = start({ observe });
    metrics.journal(released({ targets: [target({ lagMs: 1 })] }));
    const samples = await read(metrics);
    expect(samples.length).toBeGreaterThan(30);
    expect([...new Set(samples.map(({ labels }) => labels['mode']))]).toEqual([mode]);
  });
});

describe.concurrent('a sidecar with DRAIN_WAIT_METRICS', () => {
  test('shows a hold while it goes on, and what it came to', async () => {
    await using scene = await startScene({ env: { DRAIN_WAIT_METRICS: 'true' }, appEndsAfterMs: 60_000 });
    expect(valueIn(await scrape(scene), 'drain_wait_holds_in_progress')).toBe(0);
    scene.delete();
    await eventually(async () => expect(valueIn(await scrape(scene), 'drain_wait_holds_in_progress')).toBe(1));
    // Long before the release, which waits for the settle time.
    await eventually(async () => expect(valueIn(await scrape(scene), 'drain_wait_lag_seconds_count')).toBe(1));
    expect(valueIn(await scrape(scene), 'drain_wait_holds_in_progress')).toBe(1);
    const { heldMs, targets, kubernetes } = await scene.released();
    const samples = await scrape(scene);
    expect(valueIn(samples, 'drain_wait_holds_in_progress')).toBe(0);
    expect(valueIn(samples, 'drain_wait_holds_total', { reason: 'drained', mode: 'hold' })).toBe(1);
    expect(valueIn(samples, 'drain_wait_held_seconds_sum')).toBe(heldMs / 1_000);
    const target_group = scene.cluster.elbv2.targetGroups()[0]?.name ?? '';
    expect(valueIn(samples, 'drain_wait_lag_seconds_sum', { target_group })).toBe((targets[0]?.lagMs ?? 0) / 1_000);
    expect(valueIn(samples, 'drain_wait_elbv2_calls_total', { result: 'ok' })).toBe(targets[0]?.calls);
    expect(valueIn(samples, 'drain_wait_kubernetes_calls_total', { result: 'ok' })).toBe(
      kubernetes.calls - kubernetes.errors,
    );
  });

  test('tells at start-up what would make holds fall back', async () => {
    await using scene = await startScene({
      env: { DRAIN_WAIT_METRICS: 'true' },
      gracePeriodSeconds: 20,
    });
    expect(valueIn(await scrape(scene), 'drain_wait_startup_problems')).toBe(1);
  });

  test('has no such page unless it is switched on', async () => {
    await using scene = await startScene();
    expect((await fetch(`${scene.pod.url}/metrics`)).status).toBe(404);
  });
});
