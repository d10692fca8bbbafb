import { DEFAULT_GRACE_SECONDS, longestHoldMs } from '../../core/deadline.ts';
import type { LoadBalancerKind } from '../../core/target.ts';
import { seconds } from '../../core/words.ts';
import { SETTINGS } from '../../settings.ts';
import { advisedGraceSeconds, formulaWords, type GraceNeeds, neededGraceSeconds } from '../../workload/grace.ts';
import { graceShort as graceRule } from '../../workload/lint/rules/grace.ts';
import type { Check } from '../check.ts';
import { changeSidecar } from '../fixes.ts';
import { known, type Subject, settingOf } from '../subject.ts';
import { loadBalancerOf } from '../target-groups.ts';

export function graceSeconds({ spec }: Subject): number {
  return spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS;
}

/** What a hold of this pod needs at the load balancer that takes longest; undefined where it stands behind none. */
function needsOf(subject: Subject): { readonly needs: GraceNeeds; readonly kind: LoadBalancerKind } | undefined {
  const { discovery, targetGroups } = subject.facts;
  if (known(discovery)?.complete === true && targetGroups.length === 0) return undefined;
  // One of unknown kind counts as an ALB, as it does for the sidecar at its start.
  const kinds =
    targetGroups.length === 0 ? ['alb' as const] : targetGroups.map((facts) => loadBalancerOf(facts) ?? 'alb');
  const times = kinds.map((kind) => ({ kind, settleMs: settleMs(subject, kind) }));
  const { kind, settleMs: longest } = times.reduce((a, b) => (b.settleMs > a.settleMs ? b : a));
  return { kind, needs: { lagMs: subject.lagMs, settleMs: longest, reserveMs: settingOf(subject, 'reserve') } };
}

export function settleMs(subject: Subject, kind: LoadBalancerKind): number {
  return settingOf(subject, kind === 'alb' ? 'settleAlb' : 'settleNlb');
}

export const graceShort: Check = {
  id: graceRule.id,
  levels: ['ok', 'warning', 'problem'],
  finds: graceRule.finds,
  why: graceRule.why,
  fix: graceRule.fix,
  look: (subject) => {
    const found = needsOf(subject);
    // Where the hold waits for the target to be gone, the deregistration delay takes the place of the settle time.
    if (found === undefined || settingOf(subject, 'until') === 'gone') return [];
    const { needs, kind } = found;
    const grace = graceSeconds(subject);
    const needed = neededGraceSeconds(needs);
    const formula = formulaWords(needs, kind);
    if (grace >= needed) return [{ level: 'ok', message: `the grace period of ${grace} s is enough: ${formula}` }];
    const message = `the grace period is ${grace} s, and ${needed} s are needed: ${formula}`;
    const fix = setGrace(subject, advisedGraceSeconds(needs));
    const room = longestHoldMs(grace * 1_000, needs.reserveMs);
    if (room >= needs.settleMs) return [{ level: 'warning', message, fix }];
    const why = `It leaves ${seconds(room)} for a hold, and the load balancer alone needs ${seconds(needs.settleMs)}: every hold ends at its deadline.`;
    return [{ level: 'problem', message, why, fix }];
  },
};

export function setGrace(subject: Subject, grace: number): string {
  const env = [{ name: SETTINGS.gracePeriod.env, value: `${grace}s` }];
  return changeSidecar(subject, { env }, { terminationGracePeriodSeconds: grace });
}
