import { describe, expect, test } from 'vitest';
import { createHolds } from '../../src/core/holds.ts';
import { failure, health, ownPod, POD, POLICY, testWorld, type World } from '../support/world.ts';

function holdsIn(world: Partial<World> = {}) {
  const made = testWorld(world);
  const holds = createHolds(POLICY, made.ports, () => ({ pod: undefined, groups: [] }));
  const reads = () => made.calls.filter(({ operation }) => operation === 'readPod').map(({ atMs }) => atMs);
  return { ...made, holds, reads };
}

describe('join()', () => {
  test('gives ten simultaneous callers one hold and one result', async () => {
    const { holds, clock, calls } = holdsIn();
    const results = await clock.run(Promise.all(Array.from({ length: 10 }, () => holds.join(POD))));
    expect(new Set(results).size).toBe(1);
    expect(calls.filter(({ operation }) => operation === 'describeTargetHealth')).toHaveLength(2);
  });

  test('lets a repeated call join, with the deadline of the first', async () => {
    const { holds, clock } = holdsIn({
      targets: () => [health('healthy')],
      pod: () => ownPod({ gracePeriodMs: 60_000 }),
    });
    const first = holds.join(POD);
    await clock.advance(2_500);
    const second = holds.join(POD);
    const [a, b] = await clock.run(Promise.all([first, second]));
    expect(a).toBe(b);
    expect(a).toMatchObject({ reason: 'deadline', heldMs: 48_000 });
  });

  test('answers a call after the release at once with the same result', async () => {
    const { holds, clock, calls } = holdsIn();
    const first = await clock.run(holds.join(POD));
    await clock.advance(60_000);
    const before = calls.length;
    const at = clock.now();
    expect(await clock.run(holds.join(POD))).toBe(first);
    expect(clock.now()).toBe(at);
    expect(calls.length).toBe(before);
  });

  test('holds for a deletion that comes after a container restart', async () => {
    const { holds, clock } = holdsIn({ pod: (atMs) => ownPod({ terminating: atMs > 60_000 }) });
    expect(await clock.run(holds.join(POD))).toMatchObject({ reason: 'not-terminating' });
    await clock.advance(100_000);
    expect(await clock.run(holds.join(POD))).toMatchObject({ reason: 'drained' });
  });

  test('reads a pod that is not being deleted at most once a second, however many call', async () => {
    const { holds, clock, reads } = holdsIn({ pod: () => ownPod({ terminating: false }) });
    const callers: Promise<unknown>[] = [];
    for (let call = 0; call < 100; call += 1) {
      callers.push(holds.join(POD));
      await clock.advance(50);
    }
    await clock.run(Promise.all(callers));
    expect(reads().length).toBeLessThanOrEqual(6);
    for (const [index, at] of reads().entries())
      if (index > 0) expect(at - (reads()[index - 1] ?? 0)).toBeGreaterThanOrEqual(1_000);
  });

  test('does not answer a caller by a read that was begun before it came', async () => {
    // The first read takes 3 s and shows the pod as it was; the deletion comes while it is under way.
    const made = testWorld();
    let reading = 0;
    const cluster = {
      ...made.ports.cluster,
      async readPod() {
        reading += 1;
        const pod = ownPod({ terminating: reading > 1 });
        await made.clock.sleep(3_000);
        return pod;
      },
    };
    const holds = createHolds(POLICY, { ...made.ports, cluster }, () => ({ pod: undefined, groups: [] }));
    const early = holds.join(POD);
    await made.clock.advance(1_000);
    const late = holds.join(POD);
    const [first, second] = await made.clock.run(Promise.all([early, late]));
    expect(first.reason).toBe('not-terminating');
    expect(second.reason).toBe('drained');
  });

  test('counts the grace period of a caller that had to wait from its arrival', async () => {
    const { holds, clock } = holdsIn({
      pod: (atMs) => ownPod({ terminating: atMs > 0, gracePeriodMs: 60_000 }),
      targets: () => [health('healthy')],
    });
    await clock.run(holds.join(POD));
    await clock.advance(400);
    const arrivedAt = clock.now();
    const summary = await clock.run(holds.join(POD));
    expect(summary.reason).toBe('deadline');
    expect(clock.now() - arrivedAt).toBe(48_000);
  });

  test('holds again for a pod that nobody can read and that outlived its grace period', async () => {
    const { holds, clock } = holdsIn({ pod: () => failure('denied'), targets: () => [health('healthy')] });
    const first = await clock.run(holds.join(POD));
    expect(first).toMatchObject({ reason: 'deadline', heldMs: 18_000 });
    await clock.advance(5_000);
    expect(await clock.run(holds.join(POD))).toBe(first);
    await clock.advance(60_000);
    const second = await clock.run(holds.join(POD));
    expect(second).not.toBe(first);
    expect(second.heldMs).toBe(18_000);
  });
});
