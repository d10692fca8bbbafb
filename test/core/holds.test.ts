import { describe, expect, test } from 'vitest';
import { createHolds } from '../../src/core/holds.ts';
import type { HookOrigin } from '../../src/core/request.ts';
import { ALB_ARN, failure, health, ownPod, POD, POLICY, testWorld, type World } from '../support/world.ts';

function holdsIn(world: Partial<World> = {}) {
  const made = testWorld(world);
  const holds = createHolds(POLICY, made.ports, () => ({ pod: undefined, groups: [] }));
  const reads = () => made.calls.filter(({ operation }) => operation === 'readPod').map(({ atMs }) => atMs);
  return { ...made, holds, reads };
}

describe('join()', () => {
  test('gives ten simultaneous callers one hold and one result', async () => {
    const { holds, clock, calls } = holdsIn();
    const results = await clock.run(Promise.all(Array.from({ length: 10 }, () => holds.join(POD, 'node'))));
    expect(new Set(results).size).toBe(1);
    expect(calls.filter(({ operation }) => operation === 'describeTargetHealth')).toHaveLength(2);
  });

  test('lets a repeated call join, with the deadline of the first', async () => {
    const { holds, clock } = holdsIn({
      targets: () => [health('healthy')],
      pod: () => ownPod({ gracePeriodMs: 60_000 }),
    });
    const first = holds.join(POD, 'node');
    await clock.advance(2_500);
    const second = holds.join(POD, 'node');
    const [a, b] = await clock.run(Promise.all([first, second]));
    expect(a).toBe(b);
    expect(a).toMatchObject({ reason: 'deadline', heldMs: 48_000 });
  });

  test('answers a call after the release at once with the same result', async () => {
    const { holds, clock, calls } = holdsIn();
    const first = await clock.run(holds.join(POD, 'node'));
    await clock.advance(60_000);
    const before = calls.length;
    const at = clock.now();
    expect(await clock.run(holds.join(POD, 'node'))).toBe(first);
    expect(clock.now()).toBe(at);
    expect(calls.length).toBe(before);
  });

  test('holds for a deletion that comes after a container restart', async () => {
    const { holds, clock } = holdsIn({ pod: (atMs) => ownPod({ terminating: atMs > 60_000 }) });
    expect(await clock.run(holds.join(POD, 'node'))).toMatchObject({ reason: 'not-terminating' });
    await clock.advance(100_000);
    expect(await clock.run(holds.join(POD, 'node'))).toMatchObject({ reason: 'drained' });
  });

  test('reads a pod that is not being deleted at most once a second, however many call', async () => {
    const { holds, clock, reads } = holdsIn({ pod: () => ownPod({ terminating: false }) });
    const callers: Promise<unknown>[] = [];
    for (let call = 0; call < 100; call += 1) {
      callers.push(holds.join(POD, 'node'));
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
    const early = holds.join(POD, 'node');
    await made.clock.advance(1_000);
    const late = holds.join(POD, 'node');
    const [first, second] = await made.clock.run(Promise.all([early, late]));
    expect(first.reason).toBe('not-terminating');
    expect(second.reason).toBe('drained');
  });

  test('counts the grace period of a caller that had to wait from its arrival', async () => {
    const { holds, clock } = holdsIn({
      pod: (atMs) => ownPod({ terminating: atMs > 0, gracePeriodMs: 60_000 }),
      targets: () => [health('healthy')],
    });
    await clock.run(holds.join(POD, 'node'));
    await clock.advance(400);
    const arrivedAt = clock.now();
    const summary = await clock.run(holds.join(POD, 'node'));
    expect(summary.reason).toBe('deadline');
    expect(clock.now() - arrivedAt).toBe(48_000);
  });
});

/** Nothing of Kubernetes can be read, and the target groups are known all the same. */
const UNREADABLE: Partial<World> = { pod: () => failure('denied'), targets: () => [health('healthy')] };

describe('a pod of which nothing tells whether it is being deleted', () => {
  const POLICY_BY_NAME = { ...POLICY, targetGroups: [{ arn: ALB_ARN, port: 8_080 }] };

  function blind(world: Partial<World> = {}) {
    const made = testWorld({ ...UNREADABLE, ...world });
    const holds = createHolds(POLICY_BY_NAME, made.ports, () => ({ pod: undefined, groups: [] }));
    const timed = async (origin: HookOrigin) => {
      const arrivedAtMs = made.clock.now();
      const summary = await holds.join(POD, origin);
      return { summary, heldMs: made.clock.now() - arrivedAtMs };
    };
    return { ...made, timed };
  }

  test('is not looked up for a stranger, but for the kubelet when it joins', async () => {
    const { timed, clock, calls } = blind();
    const looks = () => calls.filter(({ operation }) => operation.startsWith('describe')).length;
    const stranger = timed('network');
    await clock.advance(4_000);
    expect(looks()).toBe(0);
    const kubelet = timed('node');
    await clock.advance(1_000);
    expect(looks()).toBe(1);
    await clock.run(Promise.all([stranger, kubelet]));
  });

  test('gives all containers, which call at once, one hold', async () => {
    const { timed, clock } = blind();
    const first = timed('node');
    await clock.advance(4_000);
    const [a, b] = await clock.run(Promise.all([first, timed('node')]));
    expect(a.summary).toMatchObject({ reason: 'deadline', heldMs: 18_000 });
    expect(b.summary).toBe(a.summary);
  });

  test.each([
    ['during', 10_000],
    ['right after', 19_000],
    ['long after', 90_000],
  ])('holds a call that comes %s the hold of somebody else by a clock of its own', async (_, afterMs) => {
    const { timed, clock, events } = blind();
    const stranger = timed('network');
    await clock.advance(afterMs);
    const kubelet = timed('node');
    expect((await clock.run(stranger)).heldMs).toBe(18_000);
    const { summary, heldMs } = await clock.run(kubelet);
    expect(summary).toMatchObject({ reason: 'deadline', heldMs: 18_000 });
    expect(heldMs).toBe(18_000);
    expect(events.filter(({ kind }) => kind === 'hold-started')).toHaveLength(2);
  });

  test('holds each of a steady stream of callers for as long as it asked for, and none longer', async () => {
    const { timed, clock, calls } = blind();
    const callers: ReturnType<typeof timed>[] = [];
    for (let call = 0; call < 40; call += 1) {
      callers.push(timed(call % 3 === 0 ? 'node' : 'network'));
      await clock.advance(3_000);
    }
    const held = (await clock.run(Promise.all(callers))).map(({ heldMs }) => heldMs);
    expect(Math.min(...held)).toBeGreaterThanOrEqual(13_000);
    expect(Math.max(...held)).toBeLessThanOrEqual(18_000);
    // Little more than in one hold as long as that.
    const looks = calls.filter(({ operation }) => operation === 'describeTargetHealth').length;
    expect(looks).toBeLessThanOrEqual(clock.now() / 4_500);
  });

  test('tells each caller of its own hold: what was seen and called until then is that of the other', async () => {
    const targets = (atMs: number) => [health(atMs < 4_000 ? 'healthy' : 'draining/Target.DeregistrationInProgress')];
    const { timed, clock } = blind({ targets });
    const stranger = timed('node');
    await clock.advance(11_000);
    const kubelet = timed('node');
    expect((await clock.run(stranger)).summary).toMatchObject({
      reason: 'deadline',
      targets: [{ state: 'deregistering', calls: 2 }],
    });
    const { summary, heldMs } = await clock.run(kubelet);
    expect(summary).toMatchObject({ reason: 'drained', heldMs, targets: [{ lagMs: 0, settleMs: 20_000, calls: 0 }] });
    expect(summary.targets[0]?.states.map(({ atMs }) => atMs)).toEqual([0]);
  });

  test('lets everybody go when its targets were seen to leave, and who comes later within the grace period', async () => {
    const { timed, clock } = blind({ targets: () => [health('unused/Target.NotInUse')] });
    const first = await clock.run(timed('node'));
    expect(first.summary.reason).toBe('drained');
    await clock.advance(7_000);
    expect((await clock.run(timed('node'))).summary).toBe(first.summary);
    await clock.advance(30_000);
    expect((await clock.run(timed('node'))).summary).not.toBe(first.summary);
  });
});
