import { hitsOf } from '../../workload/lint/findings.ts';
import { publishNotReady } from '../../workload/lint/rules/publish-not-ready.ts';
import type { Check, Found, Section } from '../check.ts';
import type { TargetGroupFacts } from '../facts.ts';
import { asWord, kubectl } from '../fixes.ts';
import { known } from '../subject.ts';
import { groupLabel } from '../target-groups.ts';
import { isForeign } from './account.ts';
import { notRegistered, targetHealth, targetPort } from './target-health.ts';

const targetGroup: Check = {
  id: 'target-group',
  levels: ['note', 'unknown', 'problem'],
  finds: 'a target group that does not exist',
  why: 'The load balancer cannot send to it, and a hold ends after the settle time without having seen anything.',
  fix: 'Delete what names it, or make it: the controller makes one anew for an Ingress or a Service.',
  look: (subject) =>
    subject.facts.targetGroups.flatMap((facts): readonly Found[] => {
      const { description, health } = facts;
      const caller = known(subject.facts.identity.caller);
      // For another account ELBv2 says that there is no such group.
      if (isForeign(facts.group, caller?.account)) {
        return [{ level: 'unknown', message: `${groupLabel(facts)} is of another account than ${caller?.arn}` }];
      }
      if (isMissing(facts)) {
        const message = `the target group ${groupLabel(facts)} does not exist`;
        return [{ level: 'problem', message, fix: kubectl(subject, 'get targetgroupbindings -o wide') }];
      }
      return [
        ...[health, description].flatMap((learned): readonly Found[] =>
          // What is refused is said where the permissions are.
          learned.kind === 'unknown' && !(learned.because === 'denied' && subject.from === 'inside')
            ? [{ level: 'unknown', message: `${groupLabel(facts)}: ${learned.why}` }]
            : [],
        ),
        ...(known(description)?.loadBalancerArns.length === 0
          ? [{ level: 'note', message: `no load balancer uses ${groupLabel(facts)}` } as const]
          : []),
      ];
    }),
};

function isMissing({ health, description }: TargetGroupFacts): boolean {
  if (known(health)?.kind === 'no-such-group') return true;
  return description.kind === 'unknown' && description.because === 'not-found';
}

const notReadyPublished: Check = {
  id: publishNotReady.id,
  levels: ['problem'],
  finds: publishNotReady.finds,
  why: publishNotReady.why,
  fix: publishNotReady.fix,
  look: (subject) => {
    // Without the Services of the namespace, what a hold would find out.
    const names = new Set(known(subject.facts.discovery)?.undrainable);
    for (const { at } of hitsOf(publishNotReady, subject.inventory)) names.add(at.source.manifest.name);
    return [...names].map((name) => ({
      level: 'problem',
      message: `Service ${name} publishes not-ready addresses`,
      fix: kubectl(
        subject,
        `patch service ${name} --type merge --patch ${asWord({ spec: { publishNotReadyAddresses: false } })}`,
      ),
    }));
  },
};

export const loadBalancer: Section = {
  id: 'load-balancer',
  title: 'The load balancer',
  checks: [targetGroup, targetHealth, targetPort, notRegistered, notReadyPublished],
};
