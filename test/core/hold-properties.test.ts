import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { HoldSummary } from '../../src/core/outcome.ts';
import { ALB_ARN, binding, failure, health, NLB_ARN, ownPod, POLICY, testWorld } from '../support/world.ts';

const draining = 'draining/Target.DeregistrationInProgress';
const SETTLE_MS: Readonly<Record<string, number>> = { [ALB_ARN]: 20_000, [NLB_ARN]: 120_000 };

interface Trouble {
  readonly fromMs: number;
  readonly forMs: number;
  readonly kind: 'throttled' | 'denied' | 'unreachable' | 'bad-response' | 'not-found';
}

interface Scene {
  readonly lagMs: Readonly<Record<string, number>>;
  readonly graceMs: number;
  readonly elbv2: readonly Trouble[];
  readonly kubernetes: readonly Trouble[];
  readonly draws: readonly number[];
}

const trouble = fc.record({
  fromMs: fc.integer({ min: 0, max: 100_000 }),
  forMs: fc.integer({ min: 1, max: 100_000 }),
  kind: fc.constantFrom('throttled', 'denied', 'unreachable', 'bad-response'),
});

const scene: fc.Arbitrary<Scene> = fc.record({
  lagMs: fc.record({ [ALB_ARN]: fc.integer({ min: 0, max: 90_000 }), [NLB_ARN]: fc.integer({ min: 0, max: 90_000 }) }),
  graceMs: fc.integer({ min: 1_000, max: 400_000 }),
  elbv2: fc.array(trouble, { maxLength: 4 }),
  kubernetes: fc.array(trouble, { maxLength: 3 }),
  draws: fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 1, maxLength: 20 }),
});

async function play(
  { lagMs, graceMs, elbv2, kubernetes, draws }: Scene,
  fallbackHoldMs = POLICY.fallbackHoldMs,
): Promise<{ summary: HoldSummary }> {
  let draw = 0;
  const inTrouble = (troubles: readonly Trouble[], atMs: number) => {
    const hit = troubles.find(({ fromMs, forMs }) => atMs >= fromMs && atMs < fromMs + forMs);
    return hit === undefined ? undefined : failure(hit.kind);
  };
  const world = testWorld(
    {
      pod: (atMs) => inTrouble(kubernetes, atMs) ?? ownPod({ gracePeriodMs: graceMs }),
      bindings: (atMs, group) =>
        inTrouble(kubernetes, atMs) ??
        (group === 'elbv2.k8s.aws' ? [binding(), binding({ name: 'nlb', arn: NLB_ARN })] : []),
      targets: (atMs, arn) => inTrouble(elbv2, atMs) ?? [health(atMs < (lagMs[arn] ?? 0) ? 'healthy' : draining)],
    },
    () => draws[draw++ % draws.length] ?? 0,
  );
  const { summary } = await world.clock.run(world.hold({ policy: { ...POLICY, fallbackHoldMs } }).released);
  return { summary };
}

test('no target is said to be drained before its settle time has passed since it really left', async () => {
  await fc.assert(
    fc.asyncProperty(scene, async (given) => {
      const { summary } = await play(given);
      if (summary.reason !== 'drained') return;
      expect(summary.targets).toHaveLength(2);
      for (const { targetGroup } of summary.targets) {
        expect(summary.heldMs).toBeGreaterThanOrEqual((given.lagMs[targetGroup] ?? 0) + (SETTLE_MS[targetGroup] ?? 0));
      }
    }),
    { numRuns: 300 },
  );
});

test('every hold ends with a reason that allows it, and none passes its deadline', async () => {
  await fc.assert(
    fc.asyncProperty(scene, async (given) => {
      const { summary } = await play(given);
      // Where the pod could not be read at first the assumed grace may end the hold before the real one would.
      const longest = Math.max(0, Math.max(given.graceMs, POLICY.gracePeriodMs) - POLICY.reserveMs - 2_000);
      expect(summary.heldMs).toBeLessThanOrEqual(Math.max(longest, 5_000));
      expect(['drained', 'fallback', 'deadline']).toContain(summary.reason);
      if (summary.reason === 'fallback') {
        expect(given.elbv2.length + given.kubernetes.length).toBeGreaterThan(0);
        expect(summary.heldMs).toBeGreaterThanOrEqual(POLICY.fallbackHoldMs);
      }
      if (summary.reason === 'deadline') expect(summary.deadlineInMs).toBeLessThanOrEqual(0);
    }),
    { numRuns: 300 },
  );
});

// A throttle, and the last look before a fallback, move the looks: by luck a moved one sees the drain sooner. Without both
// the looks come at the same times, and an error can only make one of them see nothing.
test('more errors never release earlier', async () => {
  await fc.assert(
    fc.asyncProperty(scene, async (given) => {
      const patient = { ...given, graceMs: 10_000_000, draws: [0.5] };
      const errors = given.elbv2.map((each) => ({ ...each, kind: 'unreachable' as const }));
      const calm = await play({ ...patient, elbv2: [], kubernetes: [] }, 10_000_000);
      const rough = await play({ ...patient, elbv2: errors, kubernetes: [] }, 10_000_000);
      expect(rough.summary.reason).toBe('drained');
      expect(rough.summary.heldMs).toBeGreaterThanOrEqual(calm.summary.heldMs);
    }),
    { numRuns: 200 },
  );
});

test('an ordinary drain, with a lag of up to 20 s, takes at most 5 calls for a target group', async () => {
  await fc.assert(
    fc.asyncProperty(
      scene,
      fc.integer({ min: 0, max: 20_000 }),
      fc.integer({ min: 0, max: 20_000 }),
      async (given, alb, nlb) => {
        const ordinary = {
          ...given,
          lagMs: { [ALB_ARN]: alb, [NLB_ARN]: nlb },
          graceMs: 1_000_000,
          elbv2: [],
          kubernetes: [],
        };
        const { summary } = await play(ordinary);
        expect(summary.reason).toBe('drained');
        for (const { calls } of summary.targets) expect(calls).toBeLessThanOrEqual(5);
      },
    ),
    { numRuns: 300 },
  );
});
