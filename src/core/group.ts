import { type CallCounts, countCall, NO_CALLS } from './calls.ts';
import type { ApiError } from './errors.ts';
import type { TargetGroupDescription, TargetHealth } from './ports.ts';
import {
  type GroupTargets,
  groupKey,
  ipFamily,
  mergeAddresses,
  mergeGroups,
  sameIp,
  type TargetAddress,
  type TargetGroupRef,
} from './target.ts';

/** Where a target is on its way out. `sinceMs` is the time of the first sighting, on the hold's clock. */
export type Phase =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'registered' }
  /** Not registered on the very first look, which proves nothing until a look without filter has confirmed it. */
  | { readonly kind: 'missing'; readonly sinceMs: number }
  | { readonly kind: 'deregistering'; readonly sinceMs: number }
  | { readonly kind: 'absent'; readonly sinceMs: number }
  /** In a group that no listener uses: registered, but without traffic. */
  | { readonly kind: 'unused'; readonly sinceMs: number };

export interface TargetState extends TargetAddress {
  /** The port that Kubernetes gives, where the target was found under another one. */
  readonly insteadOfPort?: number | undefined;
  readonly phase: Phase;
  /** When the phase was last confirmed by an answer; undefined where it never was. */
  readonly seenAtMs: number | undefined;
  readonly states: readonly { readonly state: string; readonly atMs: number }[];
}

export interface GroupState {
  readonly key: string;
  readonly ref: TargetGroupRef;
  readonly targets: readonly TargetState[];
  readonly calls: CallCounts;
  /** When the first of the latest calls failed that have all failed; undefined where the latest one was answered. */
  readonly failingSinceMs: number | undefined;
  /** Whether DescribeTargetGroups has answered, or will certainly not. */
  readonly described: boolean;
  /** Whether the next look must be without filter, whatever the targets' phases say. */
  readonly lookAtAll: boolean;
}

/** Which targets a look was for. */
type Asked = readonly TargetAddress[] | 'all';

/** What can be learned of the target group with this key by one call to ELBv2, and how long the call took. */
export type GroupObservation = { readonly tookMs: number } & GroupAnswer;

export type GroupAnswer =
  | { readonly kind: 'group-described'; readonly key: string; readonly group: TargetGroupDescription }
  | { readonly kind: 'group-missing'; readonly key: string }
  | { readonly kind: 'invalid-target'; readonly key: string; readonly asked: Asked }
  | { readonly kind: 'health'; readonly key: string; readonly asked: Asked; readonly targets: readonly TargetHealth[] }
  | { readonly kind: 'call-failed'; readonly key: string; readonly error: ApiError; readonly describing: boolean };

/** The groups of `known`, grown by what was found. */
export function addGroups(known: readonly GroupState[], found: readonly GroupTargets[]): readonly GroupState[] {
  const added = mergeGroups(found).filter(({ group }) => !known.some(({ key }) => key === groupKey(group)));
  const grown = known.map((state) => {
    const more = found.filter(({ group }) => groupKey(group) === state.key);
    return more.length === 0 ? state : growGroup(state, more);
  });
  return [...grown, ...added.map(newGroup)];
}

function newGroup({ group, addresses }: GroupTargets): GroupState {
  return {
    key: groupKey(group),
    ref: group,
    targets: addresses.map(newTarget),
    calls: NO_CALLS,
    failingSinceMs: undefined,
    described: group.arn !== undefined && group.loadBalancer !== undefined,
    lookAtAll: false,
  };
}

function newTarget({ ip, port }: TargetAddress): TargetState {
  return { ip, port, phase: { kind: 'unknown' }, seenAtMs: undefined, states: [] };
}

function growGroup(state: GroupState, found: readonly GroupTargets[]): GroupState {
  const isFollowed = ({ ip, port }: TargetAddress) =>
    port !== undefined && state.targets.some((target) => sameIp(target.ip, ip) && target.insteadOfPort === port);
  const news = found.flatMap((group) => group.addresses.filter((address) => !isFollowed(address)));
  const addresses = mergeAddresses([...state.targets, ...news]);
  return {
    ...state,
    targets: addresses.map(
      (address) =>
        state.targets.find(({ ip, port }) => ip === address.ip && port === address.port) ?? newTarget(address),
    ),
  };
}

/** The group after a call that was answered, or failed, at `nowMs`; `atMs` is the same time after the start of the hold. */
export function seeGroup(group: GroupState, observation: GroupObservation, nowMs: number, atMs: number): GroupState {
  const failure = observation.kind === 'call-failed' ? observation.error.kind : undefined;
  const called = { ...group, calls: countCall(group.calls, observation.tookMs, failure) };
  const answered = { ...called, failingSinceMs: undefined };
  switch (observation.kind) {
    case 'group-described':
      return withDescription(answered, observation.group);
    case 'group-missing':
      return { ...answered, targets: answered.targets.map((target) => see(target, ABSENT_GROUP, nowMs, atMs)) };
    case 'invalid-target':
      return seeInvalid(called, observation.asked, nowMs, atMs);
    case 'health':
      return observation.asked === 'all'
        ? seeAll(answered, observation.targets, nowMs, atMs)
        : seeAsked(called, observation.asked, observation.targets, nowMs, atMs);
    case 'call-failed':
      return {
        ...called,
        failingSinceMs: group.failingSinceMs ?? nowMs,
        // Without the permission to describe the group, its kind stays unknown: the longer settle time covers both.
        described:
          group.described ||
          (observation.describing && group.ref.arn !== undefined && observation.error.kind === 'denied'),
      };
    default:
      return observation satisfies never;
  }
}

function withDescription(group: GroupState, { arn, loadBalancer, family }: TargetGroupDescription): GroupState {
  return {
    ...group,
    ref: { ...group.ref, arn, loadBalancer: group.ref.loadBalancer ?? loadBalancer },
    described: true,
    targets: group.targets.filter(({ ip }) => family === undefined || ipFamily(ip) === family),
  };
}

const NOT_REGISTERED = { state: 'unused', reason: 'Target.NotRegistered' } as const;
const ABSENT_GROUP = { state: 'TargetGroupNotFound', reason: undefined } as const;
type Sighting = Pick<TargetHealth, 'state' | 'reason'>;

/** A look by Id and Port: an answer that leaves out what was asked is no answer for it. */
function seeAsked(
  group: GroupState,
  asked: readonly TargetAddress[],
  healths: readonly TargetHealth[],
  nowMs: number,
  atMs: number,
): GroupState {
  const unanswered = asked.some((address) => healthOf(address, healths) === undefined);
  return {
    ...group,
    failingSinceMs: unanswered ? (group.failingSinceMs ?? nowMs) : undefined,
    targets: group.targets.map((target) => {
      const health = healthOf(target, healths);
      return health === undefined ? target : doubtFirstAbsence(target, see(target, health, nowMs, atMs), nowMs);
    }),
  };
}

/** InvalidTarget says that a target is not registered, but of several not which one. */
function seeInvalid(group: GroupState, asked: Asked, nowMs: number, atMs: number): GroupState {
  const [only, ...others] = asked === 'all' ? [] : asked;
  if (only?.port === undefined || others.length > 0) return { ...group, failingSinceMs: undefined, lookAtAll: true };
  return seeAsked(group, [only], [{ ip: only.ip, port: only.port, ...NOT_REGISTERED }], nowMs, atMs);
}

function doubtFirstAbsence(before: TargetState, after: TargetState, nowMs: number): TargetState {
  if (!mayBeElsewhere(before) || after.phase.kind !== 'absent') return after;
  return { ...after, phase: { kind: 'missing', sinceMs: sinceOf(before.phase) ?? nowMs } };
}

function healthOf(target: TargetAddress, healths: readonly TargetHealth[]): TargetHealth | undefined {
  return healths.find(({ ip, port }) => sameIp(ip, target.ip) && port === target.port);
}

/** A look without filter: what is not listed is absent, and an IP listed under another port is followed there. */
function seeAll(group: GroupState, healths: readonly TargetHealth[], nowMs: number, atMs: number): GroupState {
  const targets = group.targets.flatMap((target) => {
    const health = healthOf(target, healths);
    if (health !== undefined) return [see(target, health, nowMs, atMs)];
    const elsewhere = mayBeElsewhere(target) ? untracked(group, target.ip, healths) : [];
    if (elsewhere.length === 0) return [see(target, NOT_REGISTERED, nowMs, atMs)];
    return elsewhere.map((found) =>
      see({ ...target, port: found.port, insteadOfPort: target.port }, found, nowMs, atMs),
    );
  });
  return {
    ...group,
    lookAtAll: false,
    targets: targets.filter(
      ({ ip, port }, index) => targets.findIndex((t) => t.ip === ip && t.port === port) === index,
    ),
  };
}

function mayBeElsewhere({ phase }: TargetState): boolean {
  return phase.kind === 'unknown' || phase.kind === 'missing';
}

function untracked(group: GroupState, ip: string, healths: readonly TargetHealth[]): readonly TargetHealth[] {
  return healths.filter(
    (health) =>
      sameIp(health.ip, ip) &&
      !group.targets.some((target) => sameIp(target.ip, health.ip) && target.port === health.port),
  );
}

function see(target: TargetState, sighting: Sighting, nowMs: number, atMs: number): TargetState {
  const state = sighting.reason === undefined ? sighting.state : `${sighting.state}/${sighting.reason}`;
  return {
    ...target,
    phase: nextPhase(target.phase, sighting, nowMs),
    seenAtMs: nowMs,
    states: target.states.at(-1)?.state === state ? target.states : [...target.states, { state, atMs }],
  };
}

/** The table of facts: what each state of DescribeTargetHealth means for a pod that is being deleted. */
function nextPhase(phase: Phase, { state, reason }: Sighting, nowMs: number): Phase {
  const sinceMs = sinceOf(phase) ?? nowMs;
  if (state === 'draining') return { kind: 'deregistering', sinceMs };
  if (state === 'TargetGroupNotFound') return { kind: 'absent', sinceMs };
  if (state === 'unused' && reason === 'Target.NotRegistered') return { kind: 'absent', sinceMs };
  if (state === 'unused' && reason === 'Target.NotInUse') return { kind: 'unused', sinceMs };
  return { kind: 'registered' };
}

function sinceOf(phase: Phase): number | undefined {
  return 'sinceMs' in phase ? phase.sinceMs : undefined;
}
