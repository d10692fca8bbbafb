import { longestHoldMs } from '../core/deadline.ts';
import type { HoldPolicy } from '../core/policy.ts';
import { type GroupTargets, groupName } from '../core/target.ts';
import { addressWords, groupWords, SOURCE_WORDS, seconds } from '../core/words.ts';
import type { CheckResult } from './startup-check.ts';

/** In one sentence, what a hold that began now would do. */
export function forecast({ pod, source, groups, complete }: CheckResult, policy: HoldPolicy): string {
  const mostMs = longestHoldMs(pod?.gracePeriodMs ?? policy.gracePeriodMs, policy.reserveMs);
  const within = (ms: number) => seconds(Math.min(ms, mostMs));
  const who = policy.observe ? 'A hook would be answered at once (observe mode), and a hold' : 'A hold';
  if (source === undefined || groups.length === 0) {
    return complete
      ? `${who} would find no target group with this pod, and end after ${within(policy.minHoldMs)}`
      : `${who} would not know the targets of this pod, and go by the clock: ${within(policy.fallbackHoldMs)}`;
  }
  const targets = groups.map((group) => targetWords(group, policy)).join('; ');
  return `${who} would end when each of these has been let go, after at least ${within(policy.minHoldMs)} and at most ${seconds(mostMs)}: ${targets} (${SOURCE_WORDS[source]})`;
}

function targetWords({ group, addresses }: GroupTargets, { until, settleMs }: HoldPolicy): string {
  const name = groupWords(groupName(group), group.loadBalancer);
  const where = addresses.map(addressWords).join(', ');
  if (until === 'gone') return `${name} ${where} when it is no longer in the target group`;
  const settle =
    group.loadBalancer === undefined
      ? `${seconds(settleMs.alb)} (ALB) or ${seconds(settleMs.nlb)} (NLB)`
      : seconds(settleMs[group.loadBalancer]);
  return `${name} ${where} ${settle} after its deregistration`;
}
