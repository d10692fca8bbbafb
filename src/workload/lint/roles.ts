import type { Permission } from '../permissions.ts';
import { besides, mayShareNamespace, ofKind } from './objects.ts';
import { isThere, itemsOf, type Place, textOf, textsOf } from './place.ts';
import { type Guarded, serviceAccountOf } from './workload.ts';

/** Whether one rule of a role gives it for every object of the namespace. */
export function grants(rule: Place, { group, resource, verb }: Permission): boolean {
  const has = (key: string, value: string) => textsOf(rule, key).some((each) => each === value || each === '*');
  return has('apiGroups', group) && has('resources', resource) && has('verbs', verb) && !isThere(rule, 'resourceNames');
}

/** The roles of the service account of a workload, and whether the input has all that its bindings name, as they are. */
export interface BoundRoles {
  readonly roles: readonly Place[];
  readonly complete: boolean;
}

export function boundRoles(workload: Guarded, objects: readonly Place[]): BoundRoles {
  const bindings = ofKind(besides(objects, workload.object), 'RoleBinding').concat(
    ofKind(objects, 'ClusterRoleBinding'),
  );
  const found = bindings
    .filter((binding) => binds(binding, workload))
    .map((binding) => roleOf(binding, workload, objects));
  const roles = found.flatMap((role) => role ?? []);
  return { roles, complete: roles.length === found.length && !roles.some((role) => isThere(role, 'aggregationRule')) };
}

/** The roles that could be given to pods of this namespace. */
export function rolesIn(workload: Guarded, objects: readonly Place[]): readonly Place[] {
  return [...ofKind(besides(objects, workload.object), 'Role'), ...ofKind(objects, 'ClusterRole')];
}

function roleOf(binding: Place, workload: Guarded, objects: readonly Place[]): Place | undefined {
  return rolesIn(workload, objects).find(
    ({ source: { manifest } }) =>
      manifest.kind === textOf(binding, 'roleRef', 'kind') && manifest.name === textOf(binding, 'roleRef', 'name'),
  );
}

function binds(binding: Place, workload: Guarded): boolean {
  const account = serviceAccountOf(workload);
  return itemsOf(binding, 'subjects').some((subject) => {
    const name = textOf(subject, 'name') ?? '';
    const namespace = textOf(subject, 'namespace') ?? binding.source.manifest.namespace;
    switch (textOf(subject, 'kind')) {
      case 'ServiceAccount':
        return name === account.name && mayShareNamespace(namespace, account.namespace);
      case 'Group':
        return GROUPS.includes(name) || name === `${GROUPS[0]}:${account.namespace}`;
      default:
        return name === `system:serviceaccount:${account.namespace}:${account.name}`;
    }
  });
}

/** Groups that every service account is in. */
const GROUPS = ['system:serviceaccounts', 'system:authenticated'];
