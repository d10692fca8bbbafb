import type { Check, Found, Section } from '../check.ts';
import type { CredentialSource } from '../facts.ts';
import { kubectl, restart, serviceAccountName } from '../fixes.ts';
import type { Subject } from '../subject.ts';
import { account, region } from './account.ts';

const SOURCES: Readonly<Record<CredentialSource, string>> = {
  'pod-identity': 'EKS Pod Identity',
  irsa: 'IRSA (a role of the service account)',
  'static-keys': 'static keys in its environment',
  'node-role-or-none': 'nothing in its pod spec',
};

const credentials: Check = {
  id: 'credentials',
  levels: ['ok', 'note', 'unknown', 'warning', 'problem'],
  finds: 'no AWS credentials, or those of the node instead of ones of its own',
  why: 'The role of the node rarely has the permissions, and all pods of the node have it; without credentials every hold goes by the clock.',
  fix: 'Give the service account a role, by EKS Pod Identity or IRSA, and make the pods anew.',
  look: (subject) => (subject.from === 'inside' ? lookInside(subject) : lookOutside(subject)),
};

/** AWS itself says who the sidecar is. */
function lookInside(subject: Subject): readonly Found[] {
  const { source, caller } = subject.facts.identity;
  const fix = giveRole(subject);
  if (caller.kind === 'unknown') {
    if (caller.because !== 'denied') {
      return [{ level: 'unknown', message: `which role the sidecar has: ${caller.why}` }];
    }
    const message =
      source === 'node-role-or-none'
        ? `the sidecar has no AWS credentials: ${caller.why}`
        : `AWS does not take the credentials from ${SOURCES[source]}: ${caller.why}`;
    return [{ level: 'problem', message, fix }];
  }
  const { arn, account } = caller.value;
  if (isNodeRole(arn)) return [{ level: 'warning', message: `the sidecar has the role of its node: ${arn}`, fix }];
  const message = `the sidecar is ${arn} of account ${account}, by ${SOURCES[source]}`;
  return [{ level: isItsOwn(source) ? 'ok' : 'note', message }];
}

function lookOutside(subject: Subject): readonly Found[] {
  const { source, caller } = subject.facts.identity;
  const person: readonly Found[] =
    caller.kind === 'known' || !subject.isFirst
      ? []
      : [
          {
            level: 'unknown',
            message: `what AWS says of the target groups; you have no credentials here: ${caller.why}`,
          },
        ];
  if (source === 'node-role-or-none') {
    const message = 'the pod spec gives the sidecar no AWS credentials: it takes those of the node, or has none';
    return [{ level: 'warning', message, fix: giveRole(subject) }, ...person];
  }
  const message = `the pod spec gives the sidecar AWS credentials: ${SOURCES[source]}; which role that is can be seen inside the pod`;
  return [{ level: isItsOwn(source) ? 'ok' : 'note', message }, ...person];
}

/** Keys that somebody has written down work until somebody changes them. */
function isItsOwn(source: CredentialSource): boolean {
  return source === 'pod-identity' || source === 'irsa';
}

/** The session of an instance profile is named after the instance. */
function isNodeRole(arn: string): boolean {
  return /:assumed-role\/.+\/i-[0-9a-f]+$/.test(arn);
}

function giveRole(subject: Subject): string {
  const account = serviceAccountName(subject);
  return [
    `aws eks create-pod-identity-association --cluster-name CLUSTER --namespace ${subject.namespace} --service-account ${account} --role-arn ROLE_ARN`,
    '# or, with IRSA:',
    kubectl(subject, `annotate serviceaccount ${account} eks.amazonaws.com/role-arn=ROLE_ARN`),
    '# then:',
    restart(subject),
  ].join('\n');
}

export const identity: Section = {
  id: 'identity',
  title: 'Who the sidecar is',
  checks: [credentials, account, region],
};
