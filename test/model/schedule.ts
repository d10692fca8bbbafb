import fc from 'fast-check';
import type { ApiErrorKind } from '../../src/core/errors.ts';
import type { HookOrigin } from '../../src/core/request.ts';
import { ALB_ARN, NLB_ARN } from '../support/world.ts';

export const GROUPS = { alb: ALB_ARN, nlb: NLB_ARN } as const;

export type GroupName = keyof typeof GROUPS;

/** What ELBv2 says of the pod's target in a group. */
export type TargetTruth =
  | 'initial'
  | 'healthy'
  | 'unhealthy'
  | 'unhealthy.draining'
  | 'unavailable'
  | 'no-such-state'
  | 'draining'
  | 'unregistered'
  | 'invalid-target'
  | 'not-in-use'
  | 'no-such-group';

/** How a call fails; `hang` answers never. */
export type Trouble = Exclude<ApiErrorKind, 'not-found' | 'unauthenticated'> | 'hang';

/** Where calls fail: at ELBv2, at the API server, or there only those that are not for the own pod. */
export type Api = 'aws' | 'kubernetes' | 'lists';

/** One thing that happens in the world. `atMs` is after its beginning. */
export type Step = { readonly atMs: number } & (
  | { readonly kind: 'target'; readonly group: GroupName; readonly truth: TargetTruth }
  | { readonly kind: Api; readonly trouble: Trouble; readonly forMs: number }
  | { readonly kind: 'delete' | 'force-delete' | 'replace' | 'sigterm' }
  | { readonly kind: 'caller'; readonly origin: HookOrigin }
  | { readonly kind: 'grace'; readonly graceMs: number }
);

/** A whole story: how it begins, and what happens, in order of time. */
export interface Schedule {
  readonly groups: readonly GroupName[];
  readonly graceMs: number;
  readonly sidecar: 'native' | 'classic' | undefined;
  /** Whether its targets are registered under another port than Kubernetes says. */
  readonly elsewhere: boolean;
  /** Whether the pod has readiness gates that name its TargetGroupBindings. */
  readonly gated: boolean;
  readonly wasReady: boolean;
  readonly onRestart: 'release' | 'hold';
  readonly until: 'draining' | 'gone';
  /** Whether the TargetGroupBindings tell the kind of load balancer. */
  readonly kindKnown: boolean;
  /** Random numbers, one after the other, again and again. */
  readonly draws: readonly number[];
  readonly steps: readonly Step[];
}

const LAST_MS = 200_000;

const atMs = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 30_000 }) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: LAST_MS }) },
);

const truth = fc.constantFrom<TargetTruth>(
  'draining',
  'draining',
  'draining',
  'healthy',
  'healthy',
  'unregistered',
  'unregistered',
  'initial',
  'unhealthy',
  'unhealthy.draining',
  'unavailable',
  'no-such-state',
  'invalid-target',
  'not-in-use',
  'no-such-group',
);

const trouble = fc.constantFrom<Trouble>('throttled', 'throttled', 'denied', 'unreachable', 'bad-response', 'hang');

const group = fc.constantFrom<GroupName>('alb', 'nlb');

const origin = fc.constantFrom<HookOrigin>('node', 'node', 'network');

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('target' as const), atMs, group, truth }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom<Api>('aws', 'aws', 'kubernetes', 'lists'),
      atMs,
      trouble,
      forMs: fc.integer({ min: 1, max: 120_000 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('caller' as const), atMs, origin }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('force-delete' as const, 'replace' as const), atMs }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('sigterm' as const), atMs }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('grace' as const),
      atMs,
      graceMs: fc.integer({ min: 1_000, max: 300_000 }),
    }),
  },
);

/** The hook is called at the beginning of most stories, of a pod that was deleted a moment before. */
const opening: fc.Arbitrary<readonly Step[]> = fc.oneof(
  {
    weight: 8,
    arbitrary: origin.map((from): readonly Step[] => [
      { kind: 'delete', atMs: 0 },
      { kind: 'caller', atMs: 0, origin: from },
    ]),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(atMs, origin).map(([later, from]): readonly Step[] => [
      { kind: 'caller', atMs: 0, origin: from },
      { kind: 'delete', atMs: later },
    ]),
  },
  { weight: 1, arbitrary: origin.map((from): readonly Step[] => [{ kind: 'caller', atMs: 0, origin: from }]) },
);

export const schedules: fc.Arbitrary<Schedule> = fc
  .record({
    groups: fc.constantFrom<readonly GroupName[]>(['alb'], ['alb'], ['nlb'], ['alb', 'nlb'], []),
    graceMs: fc.oneof(fc.integer({ min: 1_000, max: 300_000 }), fc.constantFrom(30_000, 60_000, 160_000, 300_000)),
    sidecar: fc.constantFrom('native' as const, 'native' as const, 'classic' as const, undefined),
    elsewhere: fc.constantFrom(false, false, false, true),
    gated: fc.boolean(),
    wasReady: fc.boolean(),
    onRestart: fc.constantFrom('release' as const, 'release' as const, 'hold' as const),
    until: fc.constantFrom('draining' as const, 'draining' as const, 'gone' as const),
    kindKnown: fc.boolean(),
    draws: fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 1, maxLength: 8 }),
    opening,
    more: fc.array(step, { maxLength: 10 }),
  })
  .map(({ opening, more, ...rest }) => ({
    ...rest,
    steps: [...opening, ...more].toSorted((a, b) => a.atMs - b.atMs),
  }));
