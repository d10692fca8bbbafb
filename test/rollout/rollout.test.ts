import { describe, expect, test } from 'vitest';
import type { RolloutResult } from '../../sim/rollout/result.ts';
import { type RolloutOptions, runRollout } from '../../sim/rollout/run.ts';
import { STRATEGIES } from '../../sim/rollout/strategies.ts';
import { ENTRY } from '../support/entry.ts';

const OPTIONS: RolloutOptions = {
  loadBalancer: 'alb',
  lagMs: 2_000,
  throttleMs: 0,
  replicas: 2,
  rate: 5,
  gracePeriodSeconds: 300,
  deregistrationDelayMs: 300_000,
  speed: 6,
  entry: ENTRY,
};

function roll(name: string, options: Partial<RolloutOptions> = {}): Promise<RolloutResult> {
  const strategy = STRATEGIES.find((each) => each.name === name);
  if (strategy === undefined) throw new Error(`there is no strategy ${name}`);
  return runRollout(strategy, { ...OPTIONS, ...options });
}

function reasons({ pods }: RolloutResult): readonly (string | undefined)[] {
  return pods.map(({ reason }) => reason);
}

// Requests that take 2 s and kept connections are part of every load.
describe.concurrent('a rolling update over real sockets loses no request with drain-wait, and loses some without,', () => {
  test.each([
    { loadBalancer: 'alb', lagMs: 2_000, replicas: 3, rival: 'sleep-15' },
    { loadBalancer: 'alb', lagMs: 10_000, replicas: 1, rival: 'none' },
    { loadBalancer: 'alb', lagMs: 40_000, replicas: 2, rival: 'sleep-30' },
    { loadBalancer: 'alb', lagMs: 120_000, replicas: 1, rival: 'sleep-60' },
    { loadBalancer: 'nlb', lagMs: 2_000, replicas: 1, rival: 'sleep-60' },
    { loadBalancer: 'nlb', lagMs: 10_000, replicas: 2, rival: 'first-draining' },
    { loadBalancer: 'nlb', lagMs: 40_000, replicas: 1, rival: 'sleep-60' },
    { loadBalancer: 'nlb', lagMs: 120_000, replicas: 1, rival: 'sleep-15' },
  ] as const)(
    'behind an $loadBalancer with a lag of $lagMs ms, $replicas replicas ($rival)',
    async ({ rival, ...options }) => {
      const ours = await roll('drain-wait', options);
      expect(ours.failures).toEqual([]);
      expect(ours.sent).toBeGreaterThan(100);
      expect(reasons(ours)).toEqual(Array(options.replicas).fill('drained'));
      for (const { sigtermAtMs, routedUntilMs, killed } of ours.pods) {
        expect(sigtermAtMs).toBeGreaterThan(routedUntilMs);
        expect(killed).toBe(false);
      }
      expect((await roll(rival, options)).failures.length).toBeGreaterThan(0);
    },
    240_000,
  );
});

describe.concurrent('a rolling update', () => {
  test('with a grace period too short for the lag lets go at the deadline, says so, and leaves the application its time', async () => {
    const { pods } = await roll('drain-wait', { lagMs: 60_000, gracePeriodSeconds: 40, replicas: 1 });
    expect(pods).toMatchObject([{ reason: 'deadline', killed: false }]);
    for (const { deletedAtMs, sigtermAtMs, endedAtMs } of pods) {
      // 40 s less the reserve of 10 s and 2 s, and a moment for the kubelet.
      expect(sigtermAtMs - deletedAtMs).toBeGreaterThan(27_000);
      expect(sigtermAtMs - deletedAtMs).toBeLessThan(38_000);
      expect(endedAtMs - deletedAtMs).toBeLessThan(40_000);
    }
  }, 120_000);

  test('is not hurt by a throttle of half a minute, which stalls the controller, too', async () => {
    const throttled = { throttleMs: 30_000, replicas: 1 };
    const ours = await roll('drain-wait', throttled);
    expect(ours.failures).toEqual([]);
    expect(ours.controllerThrottles).toBeGreaterThan(0);
    expect((await roll('sleep-15', throttled)).failures.length).toBeGreaterThan(0);
  }, 120_000);

  test('makes few calls, and none loses a request at a high rate', async () => {
    const ours = await roll('drain-wait', { rate: 40, speed: 2, replicas: 1 });
    expect(ours.failures).toEqual([]);
    expect(ours.sent).toBeGreaterThan(1_000);
    for (const { calls } of ours.pods) expect(calls).toBeLessThanOrEqual(5);
  }, 120_000);
});
