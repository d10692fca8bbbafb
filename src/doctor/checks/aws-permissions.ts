import type { Check, Found } from '../check.ts';
import type { Learned, TargetGroupFacts } from '../facts.ts';
import { fromInside } from '../fixes.ts';
import { known, type Subject } from '../subject.ts';
import { groupLabel } from '../target-groups.ts';
import { isForeign } from './account.ts';

export const BY_THE_CLOCK = 'The sidecar cannot see what it waits for, and holds by the clock.';

const STATEMENT =
  '{ "Effect": "Allow", "Action": ["elasticloadbalancing:DescribeTargetHealth", "elasticloadbalancing:DescribeTargetGroups"], "Resource": "*" }';

export const awsPermission: Check = {
  id: 'aws-permission',
  levels: ['ok', 'unknown', 'problem'],
  finds: 'a role that may not describe target groups and their targets',
  why: BY_THE_CLOCK,
  fix: `Add to the policy of the role: ${STATEMENT}`,
  look: (subject) => {
    if (subject.from === 'outside') {
      return [
        {
          level: 'unknown',
          message: `what AWS allows the role of the pod. Seen inside the pod: ${fromInside(subject)}`,
        },
      ];
    }
    const account = known(subject.facts.identity.caller)?.account;
    // One of another account is a finding of its own, and no statement helps there.
    const asked = subject.facts.targetGroups.filter(
      ({ group }) => group.role === undefined && !isForeign(group, account),
    );
    if (hasNoCredentials(subject) || asked.length === 0) return [];
    const refused = [...new Set(asked.flatMap(refusals))];
    const { arn = 'the role of the pod' } = known(subject.facts.identity.caller) ?? {};
    if (refused.length > 0) {
      const fix = `In the IAM policy of the role, as a statement:\n${STATEMENT}`;
      return [{ level: 'problem', message: `${arn} may not call ${refused.join(' and ')}`, fix }];
    }
    return asked.every(isAnswered)
      ? [{ level: 'ok', message: 'the role may call DescribeTargetHealth and DescribeTargetGroups' }]
      : [];
  },
};

/** A finding of its own: then AWS refuses everything. */
function hasNoCredentials({ facts: { identity } }: Subject): boolean {
  return identity.caller.kind === 'unknown' && identity.caller.because === 'denied';
}

function refusals({ health, description }: TargetGroupFacts): readonly string[] {
  const isDenied = (learned: Learned<unknown>) => learned.kind === 'unknown' && learned.because === 'denied';
  return [
    ...(isDenied(health) ? ['DescribeTargetHealth'] : []),
    ...(isDenied(description) ? ['DescribeTargetGroups'] : []),
  ];
}

function isAnswered({ health, description }: TargetGroupFacts): boolean {
  return health.kind === 'known' && description.kind === 'known';
}

export const assumedRole: Check = {
  id: 'assume-role',
  levels: ['ok', 'problem'],
  finds: 'a role of another account that the sidecar may not assume, or that may not describe target groups',
  why: BY_THE_CLOCK,
  fix: 'Let the trust policy of that role name the role of the pod, and give it the two Describe actions: manifests/iam has both policies.',
  look: (subject) => {
    if (subject.from === 'outside' || hasNoCredentials(subject)) return [];
    return subject.facts.targetGroups.flatMap((facts): readonly Found[] => {
      const { role } = facts.group;
      if (role === undefined) return [];
      const refused = refusals(facts);
      if (refused.length > 0) {
        const message = `with the role ${role.arn} AWS refuses ${refused.join(' and ')} of ${groupLabel(facts)}`;
        return [{ level: 'problem', message, fix: trust(subject, role.externalId) }];
      }
      return isAnswered(facts) ? [{ level: 'ok', message: `the role ${role.arn} works for ${groupLabel(facts)}` }] : [];
    });
  },
};

function trust({ facts }: Subject, externalId: string | undefined): string {
  const { account = 'ACCOUNT', arn = '' } = known(facts.identity.caller) ?? {};
  // arn:aws:sts::111122223333:assumed-role/NAME/SESSION
  const name = arn.split('/')[1] ?? 'ROLE';
  const statement = {
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${account}:role/${name}` },
    Action: 'sts:AssumeRole',
    ...(externalId === undefined ? {} : { Condition: { StringEquals: { 'sts:ExternalId': externalId } } }),
  };
  return `In the trust policy of that role:\n${JSON.stringify(statement)}\nand in its permissions:\n${STATEMENT}`;
}
