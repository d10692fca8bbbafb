import { parseTargetGroupArn } from '../../core/target.ts';
import type { Check, Found } from '../check.ts';
import { changeSidecar, kubectl } from '../fixes.ts';
import { known, type Subject } from '../subject.ts';
import { groupLabel } from '../target-groups.ts';

export const account: Check = {
  id: 'account',
  levels: ['problem'],
  finds: 'a target group of another account than that of the sidecar, and no role to assume for it',
  why: 'ELBv2 answers only for its own account, so the sidecar never sees these targets and holds by the clock.',
  fix: 'Name a role of that account in the TargetGroupBinding: iamRoleArnToAssume.',
  look: (subject) => {
    const caller = known(subject.facts.identity.caller);
    if (subject.from === 'outside' || caller === undefined) return [];
    return subject.facts.targetGroups
      .filter(({ group }) => isForeign(group, caller.account))
      .map((facts) => {
        const other = parseTargetGroupArn(facts.group.arn ?? '')?.account;
        const message = `${groupLabel(facts)} is of account ${other}, and the sidecar of account ${caller.account}`;
        return { level: 'problem', message, fix: nameRole(subject, facts.group.arn, other) };
      });
  },
};

/** Whether it is of another account than `caller`, without a role there. */
export function isForeign(
  { arn, role }: { readonly arn: string | undefined; readonly role: unknown },
  caller: string | undefined,
): boolean {
  const owner = parseTargetGroupArn(arn ?? '')?.account;
  return role === undefined && owner !== undefined && caller !== undefined && owner !== caller;
}

function nameRole(subject: Subject, arn: string | undefined, owner: string | undefined): string {
  const binding = known(subject.facts.bindings)?.find(({ spec }) => spec.targetGroupARN === arn);
  const name = binding?.metadata.name ?? 'NAME';
  const spec = { iamRoleArnToAssume: `arn:aws:iam::${owner}:role/ROLE` };
  const patch = JSON.stringify({ spec });
  return kubectl(subject, `patch targetgroupbinding ${name} --type merge --patch '${patch}'`);
}

export const region: Check = {
  id: 'region',
  levels: ['note', 'problem'],
  finds: 'a target group that is given by its name, and no AWS_REGION',
  why: 'A name says nothing of the Region, so the sidecar cannot ask for this target group.',
  fix: 'Set AWS_REGION on the sidecar.',
  look: (subject) => {
    const { region } = subject.facts.identity;
    const ours = { env: [{ name: 'AWS_REGION', value: 'REGION' }] };
    return subject.facts.targetGroups.flatMap((facts): readonly Found[] => {
      const { arn } = facts.group;
      if (arn === undefined) {
        if (region !== undefined) return [];
        const message = `${groupLabel(facts)} is given by its name, and AWS_REGION is not set`;
        return [{ level: 'problem', message, fix: changeSidecar(subject, ours) }];
      }
      const other = parseTargetGroupArn(arn)?.region;
      if (region === undefined || other === undefined || other === region) return [];
      return [
        { level: 'note', message: `${groupLabel(facts)} is in ${other}, and AWS_REGION is ${region}: the ARN counts` },
      ];
    });
  },
};
