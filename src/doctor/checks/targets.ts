import { TARGET_GROUPS_ANNOTATION } from '../../core/discover.ts';
import { parseTargetGroups } from '../../core/target.ts';
import { addressWords, SOURCE_WORDS, seconds } from '../../core/words.ts';
import { targetType as targetTypeRule } from '../../workload/lint/rules/target-type.ts';
import type { Check, Found, Section } from '../check.ts';
import type { BindingObject, TargetGroupFacts } from '../facts.ts';
import { changeTemplate, kubectl } from '../fixes.ts';
import { bindingsOf, known, type Subject, settingOf } from '../subject.ts';
import { groupLabel } from '../target-groups.ts';
import { notListed, servicePort, serviceSelector } from './bindings.ts';

const targets: Check = {
  id: 'targets',
  levels: ['ok', 'unknown', 'warning'],
  finds: 'a pod that is in no target group, as far as Kubernetes knows',
  why: 'A hold ends after the minimum hold, because there is nothing to wait for.',
  fix: 'Look for a TargetGroupBinding of target type ip whose Service selects the pod, or name the target groups by the annotation drain-wait/target-groups.',
  look: (subject) => {
    const { discovery, targetGroups } = subject.facts;
    if (discovery.kind === 'unknown')
      return [{ level: 'unknown', message: `the targets of the pod: ${discovery.why}` }];
    const { source, groups, complete, problems } = discovery.value;
    const unread = problems.map(({ message }) => message).join('; ');
    const doubt: readonly Found[] =
      complete || unread === '' ? [] : [{ level: 'unknown', message: `whether these are all targets: ${unread}` }];
    if (source === undefined || groups.length === 0) return complete ? [none(subject)] : doubt;
    return [...targetGroups.map((facts) => found(facts, SOURCE_WORDS[source])), ...doubt];
  },
};

function found(facts: TargetGroupFacts, source: string): Found {
  const where = facts.addresses.map(addressWords).join(', ');
  return { level: 'ok', message: `${groupLabel(facts)} ${where} (${source})` };
}

function none(subject: Subject): Found {
  const bindings = known(subject.facts.bindings) ?? [];
  const minimum = seconds(settingOf(subject, 'minHold'));
  const seen = bindings.length === 0 ? 'the namespace has no TargetGroupBinding' : 'no TargetGroupBinding leads to it';
  return {
    level: 'warning',
    message: `the pod is no target: ${seen}; a hold would end after ${minimum}`,
    fix: `${kubectl(subject, 'get targetgroupbindings -o wide')}\n# or, for target groups that no binding keeps:\n${nameGroups(subject)}`,
  };
}

const EXAMPLE = 'arn:aws:elasticloadbalancing:REGION:ACCOUNT:targetgroup/NAME/ID=8080';

function nameGroups(subject: Subject): string {
  return changeTemplate(subject, { metadata: { annotations: { [TARGET_GROUPS_ANNOTATION]: EXAMPLE } } });
}

const annotation: Check = {
  id: 'target-groups-annotation',
  levels: ['problem'],
  finds: 'an annotation drain-wait/target-groups that cannot be read',
  why: 'The sidecar does not know its targets, and holds by the clock.',
  fix: `Write it as ARNs with or without =port, separated by commas: ${EXAMPLE}.`,
  look: (subject) => {
    const text = subject.facts.pod.metadata?.annotations?.[TARGET_GROUPS_ANNOTATION];
    // The setting wins, and then nobody reads the annotation.
    if (text === undefined || settingOf(subject, 'targetGroups') !== undefined) return [];
    try {
      parseTargetGroups(text);
      return [];
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return [
        { level: 'problem', message: `the annotation ${TARGET_GROUPS_ANNOTATION}: ${why}`, fix: nameGroups(subject) },
      ];
    }
  },
};

/** From Kubernetes where a binding says it, and from AWS for target groups that the user names. */
const targetType: Check = {
  id: targetTypeRule.id,
  levels: ['problem'],
  finds: 'a target group of type instance before the pod',
  why: targetTypeRule.why,
  fix: targetTypeRule.fix,
  look: (subject) => {
    const bound = bindingsOf(subject)
      .filter(({ spec }) => spec.targetType === 'instance')
      .map(
        (binding): Found => ({
          level: 'problem',
          message: `TargetGroupBinding ${binding.metadata.name} has the target type instance`,
          fix: makeIp(subject, binding),
        }),
      );
    const named = subject.facts.targetGroups.flatMap((facts): readonly Found[] => {
      const type = known(facts.description)?.targetType;
      if (type === undefined || type === 'ip') return [];
      return [{ level: 'problem', message: `${groupLabel(facts)} has the target type ${type}` }];
    });
    return [...bound, ...named];
  },
};

/** The controller reads what belongs to one target group from the Service first, whatever made the load balancer. */
function makeIp(subject: Subject, { spec }: BindingObject): string {
  const isNlb = spec.targetGroupProtocol !== undefined && !['HTTP', 'HTTPS'].includes(spec.targetGroupProtocol);
  const name = isNlb
    ? 'service.beta.kubernetes.io/aws-load-balancer-nlb-target-type'
    : 'alb.ingress.kubernetes.io/target-type';
  return kubectl(subject, `annotate service ${spec.serviceRef.name} ${name}=ip --overwrite`);
}

export const targetsSection: Section = {
  id: 'target-groups',
  title: 'Its targets',
  checks: [targets, annotation, targetType, serviceSelector, servicePort, notListed],
};
