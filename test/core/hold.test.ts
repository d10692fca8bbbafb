import { describe, expect, test } from 'vitest';
import { startHold } from '../../src/core/hold.ts';
import type { HoldPolicy } from '../../src/core/policy.ts';
import type { HoldRequest } from '../../src/core/request.ts';
import {
  binding,
  failure,
  health,
  NLB_ARN,
  ownPod,
  POD,
  POLICY,
  slice,
  testWorld,
  type World,
} from '../support/world.ts';

/** Runs one hold to its end in virtual time. */
async function hold(world: Partial<World> = {}, policy: Partial<HoldPolicy> = {}, request: Partial<HoldRequest> = {}) {
  const made = testWorld(world);
  const { summary, state } = await made.clock.run(made.hold({ policy: { ...POLICY, ...policy }, ...request }).released);
  const elbCalls = made.calls.filter(({ operation }) => operation.startsWith('describe'));
  return { ...made, summary, pod: state.pod, elbCalls };
}

const draining = 'draining/Target.DeregistrationInProgress';

/** A slice of `count` pods that are all terminating, ours among them. */
function leaving(count: number) {
  return slice({
    endpoints: Array.from({ length: count }, (_, index) => ({
      pod: { name: `web-${index + 1}`, uid: `uid-${index + 1}` },
      addresses: [index === 0 ? '10.1.0.7' : `10.2.${Math.floor(index / 250)}.${index % 250}`],
      terminating: true,
    })),
  });
}

/** Healthy until `lagMs`, then draining. */
function drainsAfter(lagMs: number) {
  return (atMs: number) => [health(atMs < lagMs ? 'healthy' : draining)];
}

/** The pod is in the target group under 8080 and 9090. */
const twoPorts: Partial<World> = {
  bindings: (_, group) =>
    group === 'elbv2.k8s.aws' ? [binding(), binding({ name: 'b', service: { name: 'web', port: 'b' } })] : [],
  slices: () => [
    slice({
      ports: [
        { name: 'http', port: 8080 },
        { name: 'b', port: 9090 },
      ],
    }),
  ],
};

describe('an ordinary drain', () => {
  test('ends the settle time after draining was first seen', async () => {
    const { summary, elbCalls } = await hold({ targets: drainsAfter(3_000) });
    expect(summary).toMatchObject({ reason: 'drained', heldMs: 26_380 });
    expect(summary.targets).toMatchObject([{ state: 'settled', lagMs: 6_380, settleMs: 20_000, calls: 2 }]);
    expect(elbCalls).toHaveLength(2);
  });

  test('gives each target group its own settle time and waits for the last', async () => {
    const { summary } = await hold({
      bindings: (_, group) => (group === 'elbv2.k8s.aws' ? [binding(), binding({ name: 'nlb', arn: NLB_ARN })] : []),
      targets: (atMs, arn) => drainsAfter(arn === NLB_ARN ? 12_000 : 0)(atMs),
    });
    const [alb, nlb] = summary.targets;
    expect(alb).toMatchObject({ loadBalancer: 'alb', lagMs: 2_200, settleMs: 20_000, calls: 1 });
    expect(nlb).toMatchObject({ loadBalancer: 'nlb', settleMs: 120_000 });
    expect(summary.heldMs).toBe((nlb?.lagMs ?? 0) + 120_000);
  });

  test('asks once for all ports of a target group', async () => {
    const { summary, elbCalls } = await hold({
      ...twoPorts,
      targets: () => [health(draining), health(draining, { port: 9090 })],
    });
    expect(elbCalls).toMatchObject([{ about: '8080,9090' }]);
    expect(summary.targets).toHaveLength(2);
  });

  test('holds for the minimum even if everything is settled', async () => {
    const { summary } = await hold({ targets: () => [health('unused/Target.NotInUse')] });
    expect(summary).toMatchObject({ reason: 'drained', heldMs: 5_000 });
  });

  test('keeps waiting for states that nobody has heard of', async () => {
    const { summary } = await hold({ targets: () => [health('melting/Target.TooHot')] });
    expect(summary).toMatchObject({ reason: 'deadline', targets: [{ state: 'registered' }] });
  });

  test.each([
    'initial',
    'unhealthy',
    'unavailable',
    'unhealthy.draining',
    'unused/Target.InvalidState',
    'unused/Target.IpUnusable',
  ])('takes %s for registered', async (state) => {
    const { summary } = await hold({ targets: (atMs) => [health(atMs < 20_000 ? state : draining)] });
    expect(summary).toMatchObject({ reason: 'drained', targets: [{ lagMs: expect.any(Number) }] });
    expect(summary.targets[0]?.lagMs).toBeGreaterThanOrEqual(20_000);
  });

  test('waits again for a target that is registered again', async () => {
    const { summary } = await hold({
      ...twoPorts,
      targets: (atMs) => [
        health(atMs < 4_000 || atMs > 8_000 ? draining : 'healthy'),
        health(atMs < 14_000 ? 'healthy' : draining, { port: 9090 }),
      ],
    });
    const [web] = summary.targets;
    expect(web?.states.map(({ state }) => state)).toEqual([draining, 'healthy', draining]);
    expect(web?.lagMs).toBeGreaterThan(8_000);
  });

  test('in mode gone, waits until the target is absent and no longer', async () => {
    const { summary } = await hold(
      { targets: (atMs) => (atMs < 30_000 ? [health(atMs < 3_000 ? 'healthy' : draining)] : []) },
      { until: 'gone' },
    );
    expect(summary).toMatchObject({ reason: 'drained', targets: [{ state: 'settled' }] });
    expect(summary.heldMs).toBeGreaterThanOrEqual(30_000);
    expect(summary.heldMs).toBeLessThan(45_000);
  });
});

describe('a target that is not there', () => {
  test('at the first look is looked for once more without filter, then settles from the first sighting', async () => {
    const { summary, elbCalls } = await hold({ targets: () => [] });
    expect(elbCalls.map(({ about }) => about)).toEqual(['8080', 'all']);
    expect(summary).toMatchObject({ reason: 'drained', heldMs: 22_200, targets: [{ lagMs: 2_200, settleMs: 20_000 }] });
  });

  test('needs no settling when the pod was never Ready', async () => {
    const { summary } = await hold({ targets: () => [], pod: () => ownPod({ neverReady: true }) });
    expect(summary).toMatchObject({ reason: 'drained', heldMs: 6_380 });
  });

  test('is not looked for again where it was not, when its Service is read again', async () => {
    const elsewhere = (atMs: number) => [health(atMs < 30_000 ? 'healthy' : draining, { port: 9090 })];
    const { summary, events, elbCalls } = await hold({
      bindings: (_, apiGroup) => (apiGroup === 'elbv2.k8s.aws' ? [binding()] : failure('unreachable')),
      targets: elsewhere,
    });
    expect(summary.targets).toMatchObject([{ port: 9090, state: 'settled' }]);
    expect(events.filter(({ kind }) => kind === 'port-followed')).toHaveLength(1);
    expect(elbCalls.filter(({ about }) => about === 'all')).toHaveLength(1);
  });

  test('is followed to the port under which its IP is registered', async () => {
    const { summary, events } = await hold({
      targets: (atMs) => [health(atMs < 12_000 ? 'healthy' : draining, { port: 3000 })],
    });
    expect(summary).toMatchObject({ reason: 'drained', targets: [{ port: 3000, settleMs: 20_000 }] });
    expect(summary.targets[0]?.lagMs).toBeGreaterThanOrEqual(12_000);
    expect(events).toContainEqual(expect.objectContaining({ kind: 'port-followed', insteadOfPort: 8080 }));
  });

  test('later on is absent without a second look', async () => {
    const { summary, elbCalls } = await hold({ targets: (atMs) => (atMs < 3_000 ? [health('healthy')] : []) });
    expect(elbCalls.map(({ about }) => about)).toEqual(['8080', '8080']);
    expect(summary).toMatchObject({ reason: 'drained', targets: [{ state: 'settled', lagMs: 6_380 }] });
  });

  test('because its target group has gone settles as well', async () => {
    const { summary } = await hold({ targets: () => ({ kind: 'no-such-group' }) });
    expect(summary).toMatchObject({ reason: 'drained', targets: [{ settleMs: 20_000 }] });
  });

  test('according to InvalidTarget at the first look is looked for without filter', async () => {
    const { summary, elbCalls } = await hold({ targets: (atMs) => (atMs < 3_000 ? { kind: 'invalid-target' } : []) });
    expect(elbCalls.map(({ about }) => about)).toEqual(['8080', 'all']);
    expect(summary).toMatchObject({ reason: 'drained', targets: [{ lagMs: 2_200, settleMs: 20_000 }] });
  });

  test('according to InvalidTarget later on starts to settle at once', async () => {
    const { summary, elbCalls } = await hold({
      targets: (atMs) => (atMs < 3_000 ? [health('healthy')] : { kind: 'invalid-target' }),
    });
    expect(elbCalls).toHaveLength(2);
    expect(summary).toMatchObject({ reason: 'drained', targets: [{ lagMs: 6_380, settleMs: 20_000 }] });
  });

  test('but is one of several, of which InvalidTarget does not say which, is found by a look without filter', async () => {
    const { summary, elbCalls } = await hold({
      ...twoPorts,
      targets: (atMs) => (atMs < 3_000 ? { kind: 'invalid-target' } : [health(draining)]),
    });
    expect(elbCalls.map(({ about }) => about)).toEqual(['8080,9090', 'all']);
    expect(summary).toMatchObject({ reason: 'drained', targets: [{ lagMs: 6_380 }, { lagMs: 6_380 }] });
  });
});

describe('a target group that is not fully known', () => {
  const byName = binding({ group: { arn: undefined, name: 'web', loadBalancer: undefined, role: undefined } });

  test('given by name is resolved first, within the same budget of calls', async () => {
    const { summary, elbCalls } = await hold({
      bindings: (_, group) => (group === 'elbv2.k8s.aws' ? [byName] : []),
      targets: drainsAfter(20_000),
    });
    expect(elbCalls[0]?.operation).toBe('describeTargetGroup');
    expect(elbCalls.length).toBeLessThanOrEqual(5);
    expect(summary).toMatchObject({ reason: 'drained', targets: [{ loadBalancer: 'alb', settleMs: 20_000 }] });
  });

  test('by a name that leads nowhere proves nothing', async () => {
    const { summary } = await hold({ bindings: () => [byName], group: () => failure('not-found') });
    expect(summary).toMatchObject({ reason: 'fallback', heldMs: 35_000 });
  });

  test('of unknown kind settles for the longer time when it may not be described', async () => {
    const ofUnknownKind = { ...binding().group, loadBalancer: undefined };
    const { summary } = await hold({
      bindings: () => [binding({ group: ofUnknownKind })],
      group: () => failure('denied'),
      targets: drainsAfter(0),
    });
    expect(summary).toMatchObject({ reason: 'drained', targets: [{ settleMs: 120_000 }] });
  });
});

describe('when ELBv2 fails', () => {
  test.each(['denied', 'unreachable', 'bad-response', 'throttled'] as const)(
    '%s for ever falls back to the clock',
    async (kind) => {
      const { summary } = await hold({ targets: () => failure(kind) });
      expect(summary).toMatchObject({ reason: 'fallback', heldMs: 35_000, targets: [{ state: 'unknown' }] });
    },
  );

  test('the deadline comes before a longer fallback', async () => {
    const { summary } = await hold({ targets: () => failure('denied'), pod: () => ownPod({ gracePeriodMs: 40_000 }) });
    expect(summary).toMatchObject({ reason: 'deadline', heldMs: 28_000, deadlineInMs: 0 });
  });

  test('and comes back, what is seen wins again', async () => {
    const { summary } = await hold({
      targets: (atMs) => (atMs < 30_000 ? failure('throttled') : drainsAfter(60_000)(atMs)),
    });
    expect(summary.reason).toBe('drained');
    expect(summary.heldMs).toBeGreaterThanOrEqual(80_000);
  });

  test('after it was seen registered, the clock runs from that sighting', async () => {
    const { summary } = await hold({
      targets: (atMs) => (atMs < 3_000 ? [health('healthy')] : failure('unreachable')),
    });
    expect(summary).toMatchObject({ reason: 'fallback', heldMs: 2_200 + 35_000 });
  });

  test('during the settle time nothing is asked and nothing can go wrong', async () => {
    const { summary } = await hold({ targets: (atMs) => (atMs < 3_000 ? [health(draining)] : failure('unreachable')) });
    expect(summary).toMatchObject({ reason: 'drained', heldMs: 22_200 });
  });

  test('for one target group, the others still end by what is seen of them', async () => {
    const { summary } = await hold({
      bindings: (_, group) => (group === 'elbv2.k8s.aws' ? [binding(), binding({ name: 'nlb', arn: NLB_ARN })] : []),
      targets: (atMs, arn) => (arn === NLB_ARN ? failure('denied') : drainsAfter(50_000)(atMs)),
    });
    expect(summary.reason).toBe('fallback');
    expect(summary.heldMs).toBeGreaterThanOrEqual(70_000);
  });

  test('an answer that leaves out the target is no answer', async () => {
    const { summary } = await hold({ targets: () => ({ kind: 'targets', targets: [] }) });
    expect(summary).toMatchObject({ reason: 'fallback', heldMs: 35_000 });
  });

  test('a call that hangs counts as failed when it ends', async () => {
    const { summary } = await hold({ targets: () => 'hang' });
    expect(summary).toMatchObject({ reason: 'fallback', heldMs: 35_000 });
  });

  test('a throttle doubles the step up to 20 s', async () => {
    const { elbCalls } = await hold({ targets: () => failure('throttled') }, { fallbackHoldMs: 100_000 });
    const steps = elbCalls.slice(1).map((call, index) => Math.round((call.atMs - (elbCalls[index]?.atMs ?? 0)) / 1.1));
    expect(steps.slice(0, 4)).toEqual([6_609, 13_217, 20_000, 20_000]);
  });
});

describe('the own pod', () => {
  test('not being deleted is released at once, with no other call', async () => {
    const { summary, calls, events } = await hold({ pod: () => ownPod({ terminating: false }) });
    expect(summary).toMatchObject({ reason: 'not-terminating', heldMs: 0, targets: [] });
    expect(calls.map(({ operation }) => operation)).toEqual(['readPod']);
    expect(events.map(({ kind }) => kind)).toEqual(['released']);
  });

  test('not being deleted is held where the setting says so', async () => {
    const { summary } = await hold(
      { pod: () => ownPod({ terminating: false, gracePeriodMs: 60_000 }) },
      { onRestart: 'hold' },
    );
    expect(summary.reason).toBe('drained');
  });

  test('that turns out not to be deleted when it can be read at last is released', async () => {
    const { summary } = await hold({
      pod: (atMs) => (atMs < 5_000 ? failure('unreachable') : ownPod({ terminating: false })),
      targets: () => [health('healthy')],
    });
    expect(summary).toMatchObject({ reason: 'not-terminating', heldMs: 11_000 });
  });

  test('with a shortened grace is released at the nearer deadline', async () => {
    const { summary } = await hold({
      pod: (atMs) => ownPod({ gracePeriodMs: atMs < 5_000 ? 60_000 : 30_000 }),
      targets: () => [health('healthy')],
    });
    expect(summary).toMatchObject({ reason: 'deadline', heldMs: 18_000 });
  });

  test('with a grace shortened below what has passed is released at once', async () => {
    const { summary } = await hold({
      pod: (atMs) => ownPod({ gracePeriodMs: atMs < 5_000 ? 60_000 : 1_000 }),
      targets: () => [health('healthy')],
    });
    expect(summary).toMatchObject({ reason: 'deadline', heldMs: 11_000, deadlineInMs: -11_000 });
  });

  test.each(['not-found', 'unauthenticated'] as const)('force-deleted (%s) is held on by its targets', async (kind) => {
    const { summary } = await hold({
      pod: (atMs) => (atMs < 5_000 ? ownPod({ gracePeriodMs: 120_000 }) : failure(kind)),
      targets: drainsAfter(30_000),
    });
    expect(summary).toMatchObject({ reason: 'drained', forceDeleted: true });
    expect(summary.heldMs).toBeGreaterThanOrEqual(50_000);
  });

  test('that cannot be read any more, for whatever other reason, is not taken for force-deleted', async () => {
    const { summary } = await hold({ pod: (atMs) => (atMs < 5_000 ? ownPod() : failure('unreachable')) });
    expect(summary.reason).toBe('drained');
    expect(summary.forceDeleted).toBeUndefined();
  });

  test('whose name a new pod has taken counts as force-deleted', async () => {
    const { summary } = await hold({
      pod: (atMs) => ownPod(atMs < 5_000 ? {} : { uid: 'uid-2', terminating: false }),
      targets: drainsAfter(20_000),
    });
    expect(summary).toMatchObject({ reason: 'drained', forceDeleted: true });
  });

  test('gone from the start, but read before by this process, counts as force-deleted', async () => {
    const { summary } = await hold(
      { pod: () => failure('not-found') },
      {},
      { known: { pod: ownPod({ gracePeriodMs: 90_000 }), groups: [] } },
    );
    expect(summary).toMatchObject({ reason: 'drained', forceDeleted: true });
  });

  test('gone from the start is not taken for never Ready because it was not at start-up', async () => {
    const known = { pod: ownPod({ gracePeriodMs: 90_000, neverReady: true }), groups: [] };
    const { summary } = await hold({ pod: () => failure('not-found'), targets: () => [] }, {}, { known });
    expect(summary).toMatchObject({ reason: 'drained', targets: [{ settleMs: 20_000 }] });
  });

  test.each(['denied', 'unreachable', 'not-found', 'unauthenticated'] as const)(
    'that was never readable (%s) has the grace of the setting',
    async (kind) => {
      const { summary } = await hold(
        { pod: () => failure(kind), targets: () => [health('healthy')] },
        { gracePeriodMs: 40_000 },
      );
      expect(summary).toMatchObject({ reason: 'deadline', heldMs: 28_000 });
      expect(summary.forceDeleted).toBeUndefined();
    },
  );

  test('that cannot be read now has the grace that it had when this process read it before', async () => {
    const known = { pod: ownPod({ terminating: false, gracePeriodMs: 60_000 }), groups: [] };
    const { summary } = await hold(
      { pod: () => failure('unreachable'), targets: () => [health('healthy')] },
      {},
      { known },
    );
    expect(summary).toMatchObject({ reason: 'deadline', heldMs: 48_000 });
  });

  test('is not ended by an assumed grace before the first read has told the real one', async () => {
    const made = testWorld();
    const slow = {
      ...made.ports,
      cluster: { ...made.ports.cluster, readPod: () => made.clock.sleep(4_000).then(() => ownPod()) },
    };
    const policy = { ...POLICY, gracePeriodMs: 12_500 };
    const { released } = startHold(
      { pod: POD, policy, arrivedAtMs: 0, origin: 'node', known: { pod: undefined, groups: [] } },
      slow,
    );
    expect((await made.clock.run(released)).summary.reason).toBe('drained');
  });
});

describe('while the own pod cannot be read', () => {
  const cluster = { pod: () => failure('denied') };
  const assumed = { gracePeriodMs: 300_000 };
  const known = { pod: undefined, groups: [{ group: binding().group, addresses: [{ ip: '10.1.0.7', port: 8080 }] }] };
  const living = slice({
    endpoints: [{ pod: { name: 'web-1', uid: 'uid-1' }, addresses: ['10.1.0.7'], terminating: false }],
  });

  test('the EndpointSlices tell that it is being deleted, whoever has called', async () => {
    const { summary, elbCalls, events } = await hold(cluster, assumed, { origin: 'network' });
    expect(summary).toMatchObject({ reason: 'drained' });
    expect(elbCalls.length).toBeGreaterThan(0);
    expect(events).not.toContainEqual(expect.objectContaining({ kind: 'deletion-unseen' }));
  });

  test('and the slices say that it is not being deleted, ELBv2 is not asked and the hold goes by the clock', async () => {
    const { summary, elbCalls, events } = await hold({ ...cluster, slices: () => [living] }, assumed, { known });
    expect(summary).toMatchObject({ reason: 'fallback', heldMs: 35_000, targets: [{ state: 'unknown' }] });
    expect(elbCalls).toEqual([]);
    expect(events.filter(({ kind }) => kind === 'deletion-unseen')).toEqual([
      { kind: 'deletion-unseen', endpoint: 'serving' },
    ]);
  });

  test('ELBv2 is asked as soon as the slices have heard of the deletion', async () => {
    const slices = (atMs: number) => [atMs < 1_000 ? living : slice()];
    const { summary, elbCalls } = await hold({ ...cluster, slices }, assumed);
    expect(summary.reason).toBe('drained');
    expect(elbCalls[0]?.atMs).toBeLessThan(5_000);
  });

  describe.each([
    ['and neither can the slices', { ...cluster, slices: () => failure('denied'), bindings: () => failure('denied') }],
    ['and they do not list it', { ...cluster, slices: () => [] }],
  ])('%s', (_, world: Partial<World>) => {
    test('a call from the node is believed', async () => {
      const { elbCalls } = await hold(world, assumed, { known });
      expect(elbCalls.length).toBeGreaterThan(0);
    });

    test('a call from elsewhere is not: it is held by the clock', async () => {
      const { summary, elbCalls } = await hold(world, assumed, { known, origin: 'network' });
      expect(summary).toMatchObject({ reason: 'fallback', heldMs: 35_000 });
      expect(elbCalls).toEqual([]);
    });

    test('the pod itself is, when it can be read', async () => {
      const pod = (atMs: number) => (atMs < 5_000 ? failure('unreachable') : ownPod());
      const { summary, elbCalls } = await hold({ ...world, pod }, assumed, { known, origin: 'network' });
      expect(elbCalls[0]?.atMs).toBeGreaterThanOrEqual(5_000);
      expect(summary.targets).toMatchObject([{ state: 'settled' }]);
    });
  });

  test('target groups that a setting names are asked for a call from the node only', async () => {
    const targetGroups = [{ arn: binding().group.arn ?? '', port: 8080 }];
    const denied = { ...cluster, bindings: () => failure('denied') };
    const fromNode = await hold(denied, { ...assumed, targetGroups });
    expect(fromNode.summary.reason).toBe('drained');
    const fromElsewhere = await hold(denied, { ...assumed, targetGroups }, { origin: 'network' });
    expect(fromElsewhere.summary.reason).toBe('fallback');
    expect(fromElsewhere.elbCalls).toEqual([]);
  });
});

test('a pod that is held although it is not being deleted is looked up for a call from the node only', async () => {
  const world = { pod: () => ownPod({ terminating: false }), slices: () => [] };
  const policy = { onRestart: 'hold', targetGroups: [{ arn: binding().group.arn ?? '', port: 8080 }] } as const;
  const fromNode = await hold(world, policy);
  expect(fromNode.summary.reason).toBe('drained');
  const fromElsewhere = await hold(world, policy, { origin: 'network' });
  expect(fromElsewhere.summary.reason).toBe('fallback');
  expect(fromElsewhere.elbCalls).toEqual([]);
});

describe('targets', () => {
  test('in no source make the pod no target', async () => {
    const { summary } = await hold({ bindings: () => [] });
    expect(summary).toEqual({
      reason: 'not-a-target',
      heldMs: 5_000,
      deadlineInMs: 283_000,
      kubernetes: { calls: 3, throttles: 0, errors: 0, apiMs: 0 },
      targets: [],
    });
  });

  test.each(['bindings', 'slices'] as const)('that %s hide are waited for by the clock', async (source) => {
    const { summary } = await hold({ [source]: () => failure('denied') });
    expect(summary).toMatchObject({ reason: 'fallback', heldMs: 35_000, targets: [] });
  });

  test('that one API group hides make the hold last at least the fallback time', async () => {
    const { summary } = await hold({
      bindings: (_, group) => (group === 'elbv2.k8s.aws' ? [binding()] : failure('denied')),
    });
    expect(summary).toMatchObject({ reason: 'fallback', heldMs: 35_000, targets: [{ state: 'settled' }] });
  });

  test('that stay hidden for the same reason are told of once', async () => {
    const { events } = await hold({ bindings: () => failure('denied') });
    expect(events.filter(({ kind }) => kind === 'discovered')).toHaveLength(1);
  });

  test('are found when the API server comes back', async () => {
    const { summary } = await hold({
      bindings: (atMs) => (atMs < 20_000 ? failure('unreachable') : [binding()]),
      targets: drainsAfter(40_000),
    });
    expect(summary.reason).toBe('drained');
    expect(summary.heldMs).toBeGreaterThanOrEqual(60_000);
  });

  test('known from the start-up are followed although nothing names them any more', async () => {
    const groups = [{ group: binding().group, addresses: [{ ip: '10.1.0.7', port: 8080 }] }];
    const { summary } = await hold({ bindings: () => [] }, {}, { known: { pod: undefined, groups } });
    expect(summary).toMatchObject({ reason: 'drained', targets: [{ port: 8080, state: 'settled' }] });
  });

  test('known from the start-up are watched while the API server hangs', async () => {
    const groups = [{ group: binding().group, addresses: [{ ip: '10.1.0.7', port: 8080 }] }];
    const { summary } = await hold(
      { pod: () => 'hang', bindings: () => 'hang' },
      { gracePeriodMs: 90_000 },
      { known: { pod: undefined, groups } },
    );
    // One failed read tells that the pod cannot, and one failed discovery that the slices cannot tell either.
    expect(summary.targets).toMatchObject([{ state: 'settled', lagMs: 10_000 }]);
    expect(summary).toMatchObject({ reason: 'fallback', heldMs: 35_000 });
  });

  test('of a thousand pods that leave together are asked for no faster than the rate allows', async () => {
    const { elbCalls } = await hold({
      slices: () => [leaving(1_000)],
      targets: () => [health('healthy')],
      pod: () => ownPod({ gracePeriodMs: 1_000_000 }),
    });
    const steps = elbCalls.slice(1).map((call, index) => call.atMs - (elbCalls[index]?.atMs ?? 0));
    expect(steps.length).toBeGreaterThan(2);
    for (const step of steps) expect(step).toBeGreaterThanOrEqual(200_000);
  });

  test('wait for their turn anew when the fleet has grown meanwhile, at the first look and at a later one', async () => {
    const first = await hold({
      slices: (atMs) => [leaving(atMs < 5_000 ? 50 : 500)],
      targets: () => [health(draining)],
    });
    expect(first.elbCalls.map(({ atMs }) => atMs)).toEqual([50_000]);
    const later = await hold({
      slices: (atMs) => [leaving(atMs < 5_000 ? 1 : 500)],
      targets: drainsAfter(3_000),
    });
    expect(later.elbCalls.map(({ atMs }) => Math.round(atMs))).toEqual([2_200, 2_200 + 110_000]);
  });

  test('of a pod that leaves alone are looked at in time although the fleet cannot be counted again', async () => {
    const { elbCalls } = await hold({
      slices: (atMs) => (atMs < 1_000 ? [slice()] : 'hang'),
      targets: drainsAfter(3_000),
    });
    expect(elbCalls.map(({ atMs }) => atMs)).toEqual([2_200, 6_380 + 500]);
  });

  test('of a large fleet are not given up at the first throttle, although nothing was seen for minutes', async () => {
    let refused = 0;
    const { summary, elbCalls } = await hold({
      pod: () => ownPod({ gracePeriodMs: 1_000_000 }),
      slices: () => [leaving(1_000)],
      targets: () => (refused++ < 2 ? failure('throttled') : [health(draining)]),
    });
    expect(summary.reason).toBe('drained');
    expect(elbCalls.map(({ atMs }) => Math.round(atMs / 1_000))).toEqual([100, 107, 122]);
  });
});

test('a disabled drain-wait answers at once and asks nobody', async () => {
  const { summary, calls } = await hold({}, { disabled: 'incident 42' });
  expect(summary).toMatchObject({ reason: 'disabled', heldMs: 0 });
  expect(calls).toEqual([]);
});
