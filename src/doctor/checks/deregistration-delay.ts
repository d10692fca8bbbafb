import { SAFETY_MS } from '../../core/deadline.ts';
import type { LoadBalancerKind } from '../../core/target.ts';
import { longDelay, shortDelay } from '../../workload/deregistration-delay.ts';
import { delayLong, delayShort } from '../../workload/lint/rules/deregistration-delay.ts';
import type { Check, Found } from '../check.ts';
import type { TargetGroupFacts } from '../facts.ts';
import { kubectl } from '../fixes.ts';
import { bindingsOf, known, type Subject, settingOf } from '../subject.ts';
import { groupLabel, loadBalancerOf } from '../target-groups.ts';
import { graceSeconds, setGrace, settleMs } from './grace.ts';

export const delay: Check = {
  id: 'deregistration-delay',
  levels: ['unknown'],
  finds: 'a deregistration delay that could not be read',
  why: 'The sidecar itself does not need it.',
  fix: 'Look at it with the permission elasticloadbalancing:DescribeTargetGroupAttributes.',
  look: (subject) =>
    subject.facts.targetGroups.flatMap((facts): readonly Found[] => {
      const { deregistrationDelayMs } = facts;
      if (deregistrationDelayMs.kind === 'known') return [];
      return [
        {
          level: 'unknown',
          message: `the deregistration delay of ${groupLabel(facts)}: ${deregistrationDelayMs.why} (the sidecar does not need it)`,
        },
      ];
    }),
};

export const delayTooShort: Check = {
  id: delayShort.id,
  levels: ['warning'],
  finds: delayShort.finds,
  why: delayShort.why,
  fix: delayShort.fix,
  look: (subject) =>
    delaysOf(subject).flatMap(([facts, delaySeconds]): readonly Found[] => {
      const settle = settleMs(subject, loadBalancerOf(facts) ?? 'alb');
      const reserve = settingOf(subject, 'reserve');
      const message = shortDelay(groupLabel(facts), delaySeconds, { settleMs: settle, reserveMs: reserve });
      if (message === undefined) return [];
      return [
        { level: 'warning', message, fix: setDelay(subject, facts, Math.ceil(Math.max(settle, reserve) / 1_000)) },
      ];
    }),
};

export const delayTooLong: Check = {
  id: delayLong.id,
  levels: ['problem'],
  finds: delayLong.finds,
  why: delayLong.why,
  fix: delayLong.fix,
  look: (subject) => {
    if (settingOf(subject, 'until') !== 'gone') return [];
    const needs = { lagMs: subject.lagMs, reserveMs: settingOf(subject, 'reserve') };
    return delaysOf(subject).flatMap(([facts, delaySeconds]): readonly Found[] => {
      const message = longDelay(delaySeconds, graceSeconds(subject), needs);
      if (message === undefined) return [];
      const needed = delaySeconds + (needs.lagMs + needs.reserveMs + SAFETY_MS) / 1_000;
      const fix = `${setGrace(subject, Math.ceil(needed))}\n# or a shorter delay:\n${setDelay(subject, facts, 30)}`;
      return [{ level: 'problem', message: `${groupLabel(facts)}: ${message}`, fix }];
    });
  },
};

function delaysOf({ facts }: Subject): readonly (readonly [TargetGroupFacts, number])[] {
  return facts.targetGroups.flatMap((group) => {
    const ms = known(group.deregistrationDelayMs);
    return ms === undefined ? [] : [[group, ms / 1_000] as const];
  });
}

const ATTRIBUTES: Readonly<Record<LoadBalancerKind, string>> = {
  alb: 'alb.ingress.kubernetes.io/target-group-attributes',
  nlb: 'service.beta.kubernetes.io/aws-load-balancer-target-group-attributes',
};

/** By the controller's own annotation where a binding has the group: what is set past it does not last. */
function setDelay(subject: Subject, facts: TargetGroupFacts, delaySeconds: number): string {
  const attribute = `deregistration_delay.timeout_seconds=${delaySeconds}`;
  const binding = bindingsOf(subject).find(({ spec }) => spec.targetGroupARN === facts.group.arn);
  if (binding === undefined) {
    const [Key, Value] = attribute.split('=');
    return `aws elbv2 modify-target-group-attributes --target-group-arn ${facts.group.arn ?? 'ARN'} --attributes Key=${Key},Value=${Value}`;
  }
  const name = ATTRIBUTES[loadBalancerOf(facts) ?? 'alb'];
  return `${kubectl(subject, `annotate service ${binding.spec.serviceRef.name} ${name}=${attribute} --overwrite`)}\n# beside what the annotation may have already`;
}
