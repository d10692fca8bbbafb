import { READINESS_GATE_PREFIX } from '../../core/discover.ts';
import type { BindingApiGroup } from '../../core/ports.ts';
import { sameIp } from '../../core/target.ts';
import type { Check, Found } from '../check.ts';
import type { BindingObject } from '../facts.ts';
import { kubectl, restart } from '../fixes.ts';
import { bindingsOf, conditionOf, groupOf, known, type Subject } from '../subject.ts';

const ADVICE =
  'Without gates a rollout may delete the last old pod before the load balancer finds a new one healthy; that is outside of what a hold can do.';

export const gates: Check = {
  id: 'readiness-gates',
  levels: ['ok', 'note', 'unknown'],
  finds: 'a pod without readiness gates of its target groups',
  why: ADVICE,
  fix: 'Label the namespace, and make the pods anew.',
  look: (subject) => {
    const bindings = bindingsOf(subject).filter(({ spec }) => (spec.targetType ?? 'ip') === 'ip');
    const [first] = bindings;
    if (first === undefined) return [];
    if (gatesOf(subject).length > 0) {
      return [
        {
          level: 'ok',
          message: `readiness gates: ${gatesOf(subject)
            .map(({ binding }) => binding)
            .join(', ')}`,
        },
      ];
    }
    const label = `${groupOf(first)}/pod-readiness-gate-inject`;
    const { namespace } = subject.facts;
    if (namespace.kind === 'unknown') {
      return [
        {
          level: 'unknown',
          message: `the pod has no readiness gates; whether its namespace has ${label}: ${namespace.why}`,
        },
      ];
    }
    if (namespace.value.metadata?.labels?.[label] === 'enabled') {
      const message = `the namespace has ${label}=enabled, and the pod has no gates: it was made before that, or before its TargetGroupBinding`;
      return [{ level: 'note', message, fix: restart(subject) }];
    }
    const fix = `kubectl label namespace ${subject.namespace} ${label}=enabled\n${restart(subject)}`;
    return [{ level: 'note', message: `no readiness gates. ${ADVICE}`, fix }];
  },
};

interface Gate {
  readonly type: string;
  readonly group: BindingApiGroup;
  readonly binding: string;
}

/** Those that a controller of target groups looks after. */
function gatesOf({ spec }: Subject): readonly Gate[] {
  return (spec.readinessGates ?? []).flatMap(({ conditionType: type }) =>
    (Object.entries(READINESS_GATE_PREFIX) as [BindingApiGroup, string][])
      .filter(([, prefix]) => type.startsWith(prefix))
      .map(([group, prefix]) => ({ type, group, binding: type.slice(prefix.length) })),
  );
}

function bindingOf(subject: Subject, { group, binding }: Gate): BindingObject | undefined {
  return known(subject.facts.bindings)?.find((each) => each.metadata.name === binding && groupOf(each) === group);
}

export const gateUnknown: Check = {
  id: 'readiness-gate-unknown',
  levels: ['note', 'problem'],
  finds: 'a readiness gate that names a TargetGroupBinding which does not exist',
  why: 'Nobody sets its condition, so the pod never becomes Ready, and a rollout hangs.',
  fix: 'Make the pod anew: it gets the gates of the bindings that there are.',
  look: (subject) => {
    if (subject.facts.bindings.kind === 'unknown') return [];
    return gatesOf(subject)
      .filter((gate) => bindingOf(subject, gate) === undefined)
      .map((gate): Found => {
        const message = `the readiness gate ${gate.type} names no TargetGroupBinding of the namespace`;
        const isSet = conditionOf(subject.facts, gate.type)?.status === 'True';
        return isSet
          ? { level: 'note', message: `${message}; its condition is True from before` }
          : { level: 'problem', message, fix: restart(subject) };
      });
  },
};

export const gateStuck: Check = {
  id: 'readiness-gate-stuck',
  levels: ['warning'],
  finds: 'a readiness gate that is not True although the target is healthy',
  why: 'The controller is behind or cannot write; after a failure it may come back only 16 min 40 s later, and the rollout waits for it.',
  // kubernetes-sigs/aws-load-balancer-controller #3622: --targetgroupbinding-max-exponential-backoff-delay.
  fix: 'Look at the log of the controller; --targetgroupbinding-max-exponential-backoff-delay shortens its pause.',
  look: (subject) =>
    gatesOf(subject)
      .filter((gate) => conditionOf(subject.facts, gate.type)?.status !== 'True' && isHealthy(subject, gate))
      .map(({ type, binding }) => ({
        level: 'warning',
        message: `the readiness gate ${type} is not True, and AWS says that the target is healthy`,
        fix: `${kubectl(subject, `describe targetgroupbinding ${binding}`)}\nkubectl -n kube-system logs deployment/aws-load-balancer-controller`,
      })),
};

function isHealthy(subject: Subject, gate: Gate): boolean {
  const spec = bindingOf(subject, gate)?.spec;
  if (spec === undefined) return false;
  return subject.facts.targetGroups
    .filter(({ group }) =>
      spec.targetGroupARN === undefined ? group.name === spec.targetGroupName : group.arn === spec.targetGroupARN,
    )
    .some(({ addresses, health }) => {
      const answer = known(health);
      return (
        answer?.kind === 'targets' &&
        addresses.some(({ ip, port }) =>
          answer.targets.some(
            (each) => sameIp(each.ip, ip) && (port === undefined || each.port === port) && each.state === 'healthy',
          ),
        )
      );
    });
}
