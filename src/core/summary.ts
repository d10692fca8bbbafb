import type { CallCounts } from './calls.ts';
import { deadlineAtMs, settlesAtMs } from './decide.ts';
import type { GroupState, Phase, TargetState } from './group.ts';
import type { CutShort } from './journal.ts';
import { type HoldState, identified } from './observation.ts';
import type { HoldSummary, Reason, TargetSummary } from './outcome.ts';
import { type HoldPolicy, observedBy } from './policy.ts';
import type { PodRef } from './ports.ts';
import { groupName } from './target.ts';

/** What a hold that was released for `reason` at `nowMs` tells. `kubernetes` are its calls to the API server. */
export function summarize(
  state: HoldState,
  reason: Reason,
  policy: HoldPolicy,
  kubernetes: CallCounts,
  nowMs: number,
): HoldSummary {
  return {
    reason,
    heldMs: Math.round(nowMs - state.startedAtMs),
    deadlineInMs: Math.round(deadlineAtMs(state, policy) - nowMs),
    ...observedBy(policy),
    ...(state.pod.kind === 'gone' ? { forceDeleted: true } : {}),
    kubernetes: wholeMs(kubernetes),
    targets: summarizeTargets(state, policy, nowMs),
  };
}

/** What a hold tells that does not come to its end. `kubernetes` as above. */
export function cutShort(
  pod: PodRef,
  state: HoldState,
  policy: HoldPolicy,
  kubernetes: CallCounts,
  nowMs: number,
): CutShort {
  return {
    kind: 'cut-short',
    pod: identified(pod, state.pod),
    heldMs: Math.round(nowMs - state.startedAtMs),
    ...observedBy(policy),
    kubernetes: wholeMs(kubernetes),
    targets: summarizeTargets(state, policy, nowMs),
  };
}

/** The targets of a hold as they stand at `nowMs`. */
export function summarizeTargets(state: HoldState, policy: HoldPolicy, nowMs: number): readonly TargetSummary[] {
  return state.groups.flatMap((group) =>
    group.targets.map((target) => summarizeTarget(target, group, state, policy, nowMs)),
  );
}

function summarizeTarget(
  target: TargetState,
  group: GroupState,
  state: HoldState,
  policy: HoldPolicy,
  nowMs: number,
): TargetSummary {
  const settledAtMs = settlesAtMs(target, group, state.pod, policy);
  const settled = settledAtMs !== undefined && settledAtMs <= nowMs;
  const leftAtMs = 'sinceMs' in target.phase ? target.phase.sinceMs : undefined;
  return {
    targetGroup: groupName(group.ref),
    ip: target.ip,
    ...(target.port === undefined ? {} : { port: target.port }),
    ...(group.ref.loadBalancer === undefined ? {} : { loadBalancer: group.ref.loadBalancer }),
    state: settled ? 'settled' : stateOf(target.phase),
    ...(leftAtMs === undefined
      ? {}
      : {
          // A hold that went on with a later caller may have seen it before.
          lagMs: Math.max(0, Math.round(leftAtMs - state.startedAtMs)),
          settleMs: Math.round((settled ? settledAtMs : nowMs) - leftAtMs),
        }),
    ...wholeMs(group.calls),
    states: target.states.map((seen) => ({ state: seen.state, atMs: Math.round(seen.atMs) })),
  };
}

function wholeMs(counts: CallCounts): CallCounts {
  return { ...counts, apiMs: Math.round(counts.apiMs) };
}

function stateOf(phase: Phase): TargetSummary['state'] {
  switch (phase.kind) {
    case 'missing':
      return 'absent';
    case 'unused':
      return 'registered';
    default:
      return phase.kind;
  }
}
