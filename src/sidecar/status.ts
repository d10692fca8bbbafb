import type { LatestHold } from '../core/holds.ts';
import { REASONS } from '../core/outcome.ts';
import type { HoldPolicy } from '../core/policy.ts';
import type { Clock, PodRef } from '../core/ports.ts';
import { summarizeTargets } from '../core/summary.ts';
import { groupName } from '../core/target.ts';
import { forecast } from './forecast.ts';
import type { CheckResult } from './startup-check.ts';

/** What `/status` shows: what is known, what is missing, and the hold that goes on or has ended. Asks nobody. */
export function describeStatus(
  pod: PodRef,
  policy: HoldPolicy,
  clock: Clock,
  check: CheckResult | undefined,
  latest: LatestHold | undefined,
): Readonly<Record<string, unknown>> {
  return {
    pod: { namespace: pod.namespace, name: pod.name },
    ...(policy.observe ? { mode: 'observe' } : {}),
    ...(policy.disabled === undefined ? {} : { disabled: policy.disabled }),
    check: check === undefined ? 'pending' : describeCheck(check, policy),
    hold: describeHold(policy, clock, latest),
  };
}

function describeCheck(check: CheckResult, policy: HoldPolicy): Readonly<Record<string, unknown>> {
  const { pod, source, groups, problems } = check;
  return {
    aHoldNow: forecast(check, policy),
    podRead: pod !== undefined,
    sidecar: pod?.sidecar ?? 'unknown',
    source: source ?? 'none',
    targets: groups.flatMap(({ group, addresses }) =>
      addresses.map((address) => ({ targetGroup: groupName(group), ...address })),
    ),
    problems,
  };
}

function describeHold(
  policy: HoldPolicy,
  clock: Clock,
  latest: LatestHold | undefined,
): Readonly<Record<string, unknown>> {
  if (latest?.hold === undefined) return { phase: 'none' };
  if (latest.result !== undefined) {
    const { summary } = latest.result;
    return { phase: 'released', httpStatus: REASONS[summary.reason].httpStatus, ...summary };
  }
  const state = latest.hold.state();
  const nowMs = clock.now();
  return {
    phase: 'holding',
    heldMs: Math.round(nowMs - state.startedAtMs),
    pod: state.pod.kind,
    targets: summarizeTargets(state, policy, nowMs),
  };
}
