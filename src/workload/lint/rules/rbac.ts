import { TARGET_GROUPS_ANNOTATION } from '../../../core/discover.ts';
import { EVENTS_CREATE, type Permission, POD_READ, permissionRule, permissionWords, READS } from '../../permissions.ts';
import { settingValue } from '../environment.ts';
import type { Hit, Rule } from '../finding.ts';
import { MORE } from '../more.ts';
import { nameOf } from '../objects.ts';
import { at, isThere, itemsOf, type Place } from '../place.ts';
import { boundRoles, grants, rolesIn } from '../roles.ts';
import { type Guarded, serviceAccountOf } from '../workload.ts';

export const rbacMissing: Rule = {
  id: 'rbac-missing',
  severity: 'error',
  finds: 'a read of the sidecar that the roles in the input do not give to its service account',
  why: 'The sidecar cannot see what it waits for, and holds by the clock.',
  fix: 'Add the rule to the Role, or the service account to the subjects of its binding.',
  more: MORE.rbac,
  check: ({ guarded, objects }) => guarded.flatMap((workload) => missingReads(workload, objects)),
};

export const rbacUnseen: Rule = {
  id: 'rbac-unseen',
  severity: 'info',
  finds: 'a service account for which the input has no roles',
  why: 'The sidecar needs some reads in its namespace; whether it has them cannot be seen here.',
  fix: 'Apply a Role and a RoleBinding as in manifests/base, or give them to lint as well.',
  more: MORE.rbac,
  check: ({ guarded, objects }) => {
    const seen = new Set<string>();
    return guarded
      .filter(
        (workload) =>
          verdictOf(readsOf(workload), workload, objects).kind === 'unseen' &&
          !seen.has(accountOf(workload)) &&
          seen.add(accountOf(workload)),
      )
      .map((workload) => ({
        at: at(workload.podSpec, 'serviceAccountName'),
        message: `nothing in the input gives service account ${accountOf(workload)} what the sidecar reads`,
      }));
  },
};

export const rbacEvents: Rule = {
  id: 'rbac-events',
  severity: 'info',
  finds: 'roles in the input that do not let the service account write Events',
  why: 'Holds work all the same, and kubectl describe pod does not tell of them.',
  fix: 'Add the rule to the Role, or set DRAIN_WAIT_EVENTS=false.',
  more: MORE.rbac,
  check: ({ guarded, objects }) =>
    guarded
      .filter(({ sidecar }) => settingValue(sidecar.settings, 'events'))
      .flatMap((workload) => missing([EVENTS_CREATE], workload, objects)),
};

type Verdict =
  | { readonly kind: 'good' | 'unseen' }
  /** The Role that should have these, or one that has some but is bound to others only. */
  | { readonly kind: 'missing'; readonly lacking: readonly Permission[]; readonly role: Place }
  | { readonly kind: 'unbound'; readonly role: Place };

function verdictOf(wanted: readonly Permission[], workload: Guarded, objects: readonly Place[]): Verdict {
  const { roles, complete } = boundRoles(workload, objects);
  const rules = roles.flatMap((role) => itemsOf(role, 'rules'));
  const lacking = wanted.filter((permission) => !rules.some((rule) => grants(rule, permission)));
  const role = roles[0];
  if (lacking.length === 0) return { kind: 'good' };
  if (!complete) return { kind: 'unseen' };
  if (role !== undefined) return { kind: 'missing', lacking, role };
  const meant = rolesIn(workload, objects).find((each) => isMeantForUs(each));
  return meant === undefined ? { kind: 'unseen' } : { kind: 'unbound', role: meant };
}

function missingReads(workload: Guarded, objects: readonly Place[]): readonly Hit[] {
  const verdict = verdictOf(readsOf(workload), workload, objects);
  if (verdict.kind !== 'unbound') return missing(readsOf(workload), workload, objects);
  return [
    {
      at: at(workload.podSpec, 'serviceAccountName'),
      message: `no binding gives ${nameOf(verdict.role)} to service account ${accountOf(workload)}`,
      fix: `Add the service account to the subjects of a RoleBinding of ${nameOf(verdict.role)}.`,
    },
  ];
}

function missing(wanted: readonly Permission[], workload: Guarded, objects: readonly Place[]): readonly Hit[] {
  const verdict = verdictOf(wanted, workload, objects);
  if (verdict.kind !== 'missing') return [];
  return verdict.lacking.map((permission) => ({
    at: at(verdict.role, 'rules'),
    message: `service account ${accountOf(workload)} may not ${permissionWords(permission)}`,
    fix: `Add to ${nameOf(verdict.role)}: ${permissionRule(permission)}.`,
    about: workload.object,
  }));
}

/** Target groups that the user names need no Kubernetes permission. */
function readsOf({ sidecar, template }: Guarded): readonly Permission[] {
  const named = settingValue(sidecar.settings, 'targetGroups') !== undefined;
  return named || isThere(template, 'metadata', 'annotations', TARGET_GROUPS_ANNOTATION) ? [POD_READ] : READS;
}

function isMeantForUs(role: Place): boolean {
  return itemsOf(role, 'rules').some((rule) => READS.slice(2).some((read) => grants(rule, read)));
}

function accountOf(workload: Guarded): string {
  const { name, namespace } = serviceAccountOf(workload);
  return namespace === '' ? name : `${namespace}/${name}`;
}
