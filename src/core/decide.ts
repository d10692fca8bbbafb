import { FIRST_READ_MS, longestHoldMs } from './deadline.ts';
import type { GroupState, TargetState } from './group.ts';
import { type HoldState, lastRead, type PodKnowledge } from './observation.ts';
import type { Reason } from './outcome.ts';
import { LONGEST_ORDINARY_STEP_MS } from './pace.ts';
import type { HoldPolicy } from './policy.ts';
import type { TargetAddress } from './target.ts';

/** What to do now: hold on, and decide again at `untilMs` or when something has been observed; or let go. */
export type Decision =
  | { readonly kind: 'hold'; readonly untilMs: number }
  | { readonly kind: 'release'; readonly reason: Reason };

/** What to ask ELBv2 next about a target group; undefined when nothing more has to be known. */
export type Query =
  | { readonly kind: 'describe-group' }
  | { readonly kind: 'all-targets' }
  | { readonly kind: 'targets'; readonly addresses: readonly (TargetAddress & { readonly port: number })[] };

/** When one part of the hold lets go (may be Infinity), and whether only by the clock, without having seen it. */
interface Grip {
  readonly untilMs: number;
  readonly blind: boolean;
}

/** The decision of every tick. All times are monotonic ms. */
export function decide(state: HoldState, policy: HoldPolicy, nowMs: number): Decision {
  if (policy.disabled !== undefined) return { kind: 'release', reason: 'disabled' };
  if (policy.onRestart === 'release' && state.pod.kind === 'read' && !state.pod.pod.terminating) {
    return { kind: 'release', reason: 'not-terminating' };
  }
  const grips = allGrips(state, policy);
  const untilMs = Math.max(state.startedAtMs + policy.minHoldMs, ...grips.map((grip) => grip.untilMs));
  if (nowMs >= untilMs) return { kind: 'release', reason: reasonOf(grips) };
  const deadlineMs = deadlineAtMs(state, policy);
  if (nowMs >= deadlineMs) return { kind: 'release', reason: 'deadline' };
  return { kind: 'hold', untilMs: Math.min(untilMs, deadlineMs) };
}

function reasonOf(grips: readonly Grip[]): Reason {
  if (grips.length === 0) return 'not-a-target';
  return grips.some(({ blind }) => blind) ? 'fallback' : 'drained';
}

/** The monotonic time at which every caller must have an answer. */
export function deadlineAtMs(state: HoldState, policy: HoldPolicy): number {
  const longestMs = longestHoldMs(gracePeriodMs(state, policy), policy.reserveMs);
  // A grace period that is only assumed must not end a hold before the first read had the time to tell the real one.
  return state.startedAtMs + (state.pod.kind === 'unread' ? Math.max(longestMs, FIRST_READ_MS) : longestMs);
}

/** The grace period that the kubelet goes by: as last read, else as the pod had it before its deletion, else assumed. */
export function gracePeriodMs({ pod, podBefore }: HoldState, policy: HoldPolicy): number {
  return (lastRead(pod) ?? podBefore)?.gracePeriodMs ?? policy.gracePeriodMs;
}

/**
 * Whether ELBv2 may be asked: not for everybody who calls the hook. The pod's own word counts first, then what the EndpointSlices say,
 * and where neither can be had it takes a call that may be the kubelet's.
 */
export function mayAskLoadBalancers({ pod, endpoint, calledByNode, deletionSeenAtMs }: HoldState): boolean {
  if (deletionSeenAtMs !== undefined) return true;
  return calledByNode && (pod.kind === 'read' || endpoint === 'unknown');
}

function allGrips(state: HoldState, policy: HoldPolicy): readonly Grip[] {
  const targets = state.groups.flatMap((group) => group.targets.map((target) => gripOf(target, group, state, policy)));
  // As long as a source of targets could not be read there may be one more target, of which nothing was ever seen.
  return state.discovered ? targets : [...targets, unseenSince(state.startedAtMs, policy)];
}

function unseenSince(sinceMs: number, { fallbackHoldMs }: HoldPolicy): Grip {
  return { untilMs: sinceMs + fallbackHoldMs, blind: true };
}

function gripOf(target: TargetState, group: GroupState, state: HoldState, policy: HoldPolicy): Grip {
  const settledAtMs = settlesAtMs(target, group, state.pod, policy);
  if (settledAtMs !== undefined) return { untilMs: settledAtMs, blind: false };
  const seenAtMs = Math.max(state.startedAtMs, target.seenAtMs ?? state.startedAtMs);
  if (!mayAskLoadBalancers(state)) return unseenSince(seenAtMs, policy);
  // A planned wait for the next look is no blindness; a failed look is, from the last time that something was seen.
  if (group.failingSinceMs === undefined) return { untilMs: Number.POSITIVE_INFINITY, blind: false };
  // In a large fleet a look may come minutes after the one before: nobody was blind until the first that failed.
  return unseenSince(Math.max(seenAtMs, group.failingSinceMs - LONGEST_ORDINARY_STEP_MS), policy);
}

/** When the target is settled; undefined as long as that depends on what is still to be seen. */
export function settlesAtMs(
  { phase }: TargetState,
  group: GroupState,
  pod: PodKnowledge,
  policy: HoldPolicy,
): number | undefined {
  switch (phase.kind) {
    case 'unknown':
    case 'registered':
    case 'missing':
      return undefined;
    case 'unused':
      return phase.sinceMs;
    case 'absent':
      if (policy.until === 'gone' || lastRead(pod)?.neverReady === true) return phase.sinceMs;
      return phase.sinceMs + settleMs(group, policy);
    case 'deregistering':
      return policy.until === 'gone' ? undefined : phase.sinceMs + settleMs(group, policy);
    default:
      return phase satisfies never;
  }
}

function settleMs({ ref }: GroupState, { settleMs }: HoldPolicy): number {
  return ref.loadBalancer === undefined ? Math.max(settleMs.alb, settleMs.nlb) : settleMs[ref.loadBalancer];
}

/** The next call for a target group. */
export function nextQuery(group: GroupState, policy: HoldPolicy): Query | undefined {
  if (group.targets.every((target) => needsNoLook(target, policy)) && !group.lookAtAll) return undefined;
  if (!group.described) return { kind: 'describe-group' };
  const addresses = group.targets.filter(hasPort);
  if (group.lookAtAll || addresses.length < group.targets.length || group.targets.some(isMissing)) {
    return { kind: 'all-targets' };
  }
  return { kind: 'targets', addresses };
}

function needsNoLook({ phase }: TargetState, policy: HoldPolicy): boolean {
  return (
    phase.kind === 'absent' ||
    phase.kind === 'unused' ||
    (phase.kind === 'deregistering' && policy.until === 'draining')
  );
}

function isMissing({ phase }: TargetState): boolean {
  return phase.kind === 'missing';
}

function hasPort<T extends TargetAddress>(target: T): target is T & { readonly port: number } {
  return target.port !== undefined;
}
