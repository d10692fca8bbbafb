import { describe, expect, test } from 'vitest';
import { NO_CALLS } from '../../src/core/calls.ts';
import type { HoldSummary, TargetSummary } from '../../src/core/outcome.ts';
import { misconfigured, toPodEvent } from '../../src/core/pod-event.ts';
import { ALB_ARN, NLB_ARN, POD } from '../support/world.ts';

const DRAINING = 'draining/Target.DeregistrationInProgress';

function target(overrides: Partial<TargetSummary> = {}): TargetSummary {
  return {
    ...NO_CALLS,
    calls: 2,
    targetGroup: ALB_ARN,
    ip: '10.1.0.7',
    port: 8080,
    loadBalancer: 'alb',
    state: 'settled',
    lagMs: 3_912,
    settleMs: 20_000,
    states: [
      { state: 'healthy', atMs: 2_000 },
      { state: DRAINING, atMs: 3_912 },
    ],
    ...overrides,
  };
}

function noteOf(summary: Partial<HoldSummary>): string | undefined {
  const whole: HoldSummary = {
    reason: 'drained',
    heldMs: 24_088,
    deadlineInMs: 23_912,
    kubernetes: NO_CALLS,
    targets: [target()],
    ...summary,
  };
  return toPodEvent({ kind: 'released', pod: POD, summary: whole })?.note;
}

describe('the note of a release', () => {
  test('tells for how long, of which target group, and how long each part took', () => {
    expect(noteOf({})).toBe('Held SIGTERM for 24.1 s: k8s-shop-web-alb (ALB) draining after 3.9 s, settled 20 s');
  });

  test('names every target, with its address only where a group has several', () => {
    const targets = [
      target(),
      target({ port: 8081, ip: 'fd00::7' }),
      target({ targetGroup: NLB_ARN, loadBalancer: 'nlb' }),
    ];
    expect(noteOf({ targets })).toBe(
      'Held SIGTERM for 24.1 s: k8s-shop-web-alb (ALB) 10.1.0.7:8080 draining after 3.9 s, settled 20 s; ' +
        'k8s-shop-web-alb (ALB) [fd00::7]:8081 draining after 3.9 s, settled 20 s; ' +
        'k8s-shop-web-nlb (NLB) draining after 3.9 s, settled 20 s',
    );
  });

  test.each([
    [
      'absent',
      { states: [{ state: 'unused/Target.NotRegistered', atMs: 2_000 }], lagMs: 2_000 },
      'not registered after 2 s, settled 20 s',
    ],
    ['without traffic', { settleMs: 0 }, 'draining after 3.9 s'],
    ['not settled', { state: 'deregistering', settleMs: 8_000 }, 'draining after 3.9 s, not settled after 8 s'],
    [
      'registered',
      { state: 'registered', lagMs: undefined, states: [{ state: 'healthy', atMs: 2_000 }] },
      'still registered (healthy)',
    ],
    ['never seen', { state: 'unknown', lagMs: undefined, states: [] }, 'never seen'],
    [
      'hard to see',
      { throttles: 3, errors: 1, calls: 6 },
      'draining after 3.9 s, settled 20 s (4 of 6 calls failed, 3 of them throttled)',
    ],
  ] as const)('says of a target that is %s: %j', (_, { lagMs, ...overrides }: Record<string, unknown>, words) => {
    const { lagMs: usual, ...rest } = target(overrides as Partial<TargetSummary>);
    const targets = [(lagMs ?? usual) === undefined ? rest : { ...rest, lagMs: Number(lagMs ?? usual) }];
    expect(noteOf({ targets })).toContain(`k8s-shop-web-alb (ALB) ${words}`);
  });

  test.each([
    ['not-a-target', 'Held SIGTERM for 24.1 s: no target group has this pod'],
    ['fallback', 'Held SIGTERM for 24.1 s by the clock, for lack of sight: no target found'],
    ['deadline', 'Held SIGTERM for 24.1 s, as long as the grace period allows: no target found'],
  ] as const)('says why a hold ended by %s', (reason, note) => {
    expect(noteOf({ reason, targets: [] })).toBe(note);
  });

  test('says that the pod was force-deleted, and that nobody waited in observe mode', () => {
    expect(noteOf({ forceDeleted: true })).toMatch(/settled 20 s; the pod was force-deleted$/);
    expect(noteOf({ observed: true })).toMatch(/^Would have held SIGTERM for 24\.1 s: /);
  });

  test('is none for a hold that was none', () => {
    expect(noteOf({ reason: 'not-terminating' })).toBeUndefined();
    expect(noteOf({ reason: 'disabled' })).toBeUndefined();
  });
});

test('a start-up Event is a warning with every problem in one line', () => {
  expect(misconfigured(['one thing', 'another'])).toEqual({
    type: 'Warning',
    reason: 'DrainWaitMisconfigured',
    action: 'Check',
    note: 'one thing; another',
  });
});

test('a hold that is cut short warns, and in observe mode does not', () => {
  const event = { kind: 'cut-short', pod: POD, heldMs: 12_000, kubernetes: NO_CALLS, targets: [] } as const;
  expect(toPodEvent(event)).toMatchObject({ type: 'Warning', reason: 'DrainWaitCutShort' });
  expect(toPodEvent({ ...event, observed: true })).toMatchObject({
    type: 'Normal',
    note: 'Would have held SIGTERM for 12 s when told to stop: no target found',
  });
});
