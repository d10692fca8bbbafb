import { TARGET_GROUPS_ANNOTATION } from '../../core/discover.ts';
import {
  EVENTS_CREATE,
  type Permission,
  POD_READ,
  permissionRule,
  permissionWords,
  READS,
} from '../../workload/permissions.ts';
import type { Check, Found, Section } from '../check.ts';
import type { Learned, PermissionFacts } from '../facts.ts';
import { serviceAccountName } from '../fixes.ts';
import { known, type Subject, settingOf } from '../subject.ts';
import { assumedRole, awsPermission, BY_THE_CLOCK } from './aws-permissions.ts';

const kubernetesApi: Check = {
  id: 'kubernetes-api',
  levels: ['problem'],
  finds: 'an API server that does not answer the pod, or does not know its token',
  why: BY_THE_CLOCK,
  fix: 'Let the pod reach the API server at port 443, and give the sidecar its own token volume.',
  look: (subject) => {
    const broken = brokenApi(subject);
    if (broken === undefined) return [];
    const message = `the pod cannot ask the API server anything: ${broken.why}`;
    return [{ level: 'problem', message, fix: broken.because === 'unreachable' ? allowEgress(subject) : TOKEN_FIX }];
  },
};

type Unknown = Extract<Learned<unknown>, { readonly kind: 'unknown' }>;

/** Where everything failed because of the way to the API server, and not of a single permission. */
function brokenApi({ from, facts }: Subject): Unknown | undefined {
  if (from === 'outside') return undefined;
  const failures = facts.permissions.map(({ allowed }) => (allowed.kind === 'unknown' ? allowed : undefined));
  const all = failures.every((each) => each?.because === 'unreachable' || each?.because === 'unauthenticated');
  return all ? failures[0] : undefined;
}

const TOKEN_FIX =
  'Mount the projected volume drain-wait-token into the sidecar, as drain-wait inject does: docs/install.md has its YAML.';

function allowEgress({ namespace, facts }: Subject): string {
  const labels = JSON.stringify(facts.pod.metadata?.labels ?? {});
  return `# Only where another NetworkPolicy restricts the egress of the pod already: this one adds to it.
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: drain-wait, namespace: ${namespace} }
spec:
  podSelector: { matchLabels: ${labels} }
  policyTypes: [Egress]
  egress: [{ ports: [{ port: 443, protocol: TCP }] }]`;
}

const kubernetesPermission: Check = {
  id: 'kubernetes-permission',
  levels: ['ok', 'unknown', 'problem'],
  finds: 'a read of the sidecar that its service account may not do',
  why: BY_THE_CLOCK,
  fix: 'Add the rule to the Role of the service account, or bind the shipped Role to it.',
  look: (subject) => {
    if (brokenApi(subject) !== undefined) return [];
    const reads = neededReads(subject);
    const looked = subject.facts.permissions.filter(({ permission }) => reads.some((read) => isSame(read, permission)));
    const found = [...looked.flatMap((each) => missing(subject, each)), ...unclear(looked)];
    if (found.length > 0) return found;
    const all = looked.map(({ permission }) => permissionWords(permission)).join(', ');
    return [{ level: 'ok', message: `service account ${accountOf(subject)} may ${all}` }];
  },
};

/** Target groups that the user names need no Kubernetes permission but the one for the pod. */
function neededReads(subject: Subject): readonly Permission[] {
  const annotated = subject.facts.pod.metadata?.annotations?.[TARGET_GROUPS_ANNOTATION] !== undefined;
  return annotated || settingOf(subject, 'targetGroups') !== undefined ? [POD_READ] : READS;
}

function missing(subject: Subject, { permission, allowed, read }: PermissionFacts): readonly Found[] {
  const isRefused = read.kind === 'unknown' && read.because === 'denied';
  if (known(allowed) !== false && !isRefused) return [];
  const message = `service account ${accountOf(subject)} may not ${permissionWords(permission)}`;
  return [{ level: 'problem', message, fix: addRule(subject, permission) }];
}

/** What could not be asked, and reads that failed although they are allowed: one line for each reason. */
function unclear(looked: readonly PermissionFacts[]): readonly Found[] {
  const reasons = looked.flatMap(({ permission, allowed, read }) => {
    if (allowed.kind === 'unknown') return [{ why: allowed.why, permission }];
    // Outside nothing is read in the name of the pod. A kind that is not installed has nothing to read.
    const failed =
      read.kind === 'unknown' && read.because !== undefined && !['denied', 'not-found'].includes(read.because);
    return allowed.value && failed ? [{ why: read.why, permission }] : [];
  });
  return [...Map.groupBy(reasons, ({ why }) => why)].map(([why, of]) => ({
    level: 'unknown',
    message: `whether it may ${of.map(({ permission }) => permissionWords(permission)).join(', ')}: ${why}`,
  }));
}

const kubernetesEvents: Check = {
  id: 'kubernetes-events',
  levels: ['note'],
  finds: 'a service account that may not write Events',
  why: 'Holds work all the same, and kubectl describe pod does not tell of them.',
  fix: 'Add the rule to the Role, or set DRAIN_WAIT_EVENTS=false.',
  look: (subject) => {
    const facts = subject.facts.permissions.find(({ permission }) => isSame(permission, EVENTS_CREATE));
    if (facts === undefined || known(facts.allowed) !== false || !settingOf(subject, 'events')) return [];
    const message = `service account ${accountOf(subject)} may not ${permissionWords(EVENTS_CREATE)}, so no hold leaves an Event`;
    return [{ level: 'note', message, fix: addRule(subject, EVENTS_CREATE) }];
  },
};

function isSame(a: Permission, b: Permission): boolean {
  return permissionWords(a) === permissionWords(b);
}

function accountOf(subject: Subject): string {
  return `${subject.namespace}/${serviceAccountName(subject)}`;
}

function addRule(subject: Subject, permission: Permission): string {
  return `Add to the rules of the Role of ${accountOf(subject)} (manifests/base has all of it):\n- ${permissionRule(permission)}`;
}

export const permissions: Section = {
  id: 'permissions',
  title: 'What it may do',
  checks: [kubernetesApi, kubernetesPermission, kubernetesEvents, awsPermission, assumedRole],
};
