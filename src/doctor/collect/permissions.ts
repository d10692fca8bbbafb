import { EVENTS_CREATE, type Permission, READS } from '../../workload/permissions.ts';
import type { Learned, PermissionFacts, SubjectFacts } from '../facts.ts';
import { explainKubernetes, known, learn, type Unknown, unasked } from './learn.ts';
import type { AccessQuestion } from './ports.ts';
import type { View } from './view.ts';

const PERMISSIONS: readonly Permission[] = [...READS, EVENTS_CREATE];

/** Whether the pod's service account has each rule of the shipped Role. `reads`: what was really read, by the resource. */
export async function readPermissions(
  view: View,
  pod: SubjectFacts['pod'],
  reads: ReadonlyMap<string, Learned<unknown>>,
): Promise<readonly PermissionFacts[]> {
  const { from, ports, signal } = view;
  const found: PermissionFacts[] = [];
  for (const permission of PERMISSIONS) {
    const question = questionOf(view, pod, permission);
    const allowed = await learn(ports.inspection.isAllowed(question, signal), explainKubernetes(from));
    found.push({ permission, allowed, read: readOf(view, permission, reads) });
  }
  return found;
}

/** The same where the API gives no answer. */
export function unreadPermissions(why: Unknown): readonly PermissionFacts[] {
  return PERMISSIONS.map((permission) => ({ permission, allowed: why, read: why }));
}

function questionOf({ from }: View, { metadata, spec }: SubjectFacts['pod'], permission: Permission): AccessQuestion {
  const namespace = metadata?.namespace ?? '';
  if (from === 'inside') return { ...permission, namespace };
  const account = spec?.serviceAccountName ?? 'default';
  return {
    ...permission,
    namespace,
    user: { name: `system:serviceaccount:${namespace}:${account}`, groups: groupsOf(namespace) },
  };
}

/** Every service account is in them, and a binding may name them (kubernetes: serviceaccount/util.go). */
function groupsOf(namespace: string): readonly string[] {
  return ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'];
}

function readOf(
  { from }: View,
  { group, resource, verb }: Permission,
  reads: ReadonlyMap<string, Learned<unknown>>,
): Learned<'ok'> {
  if (from === 'outside') return unasked('only the pod itself can read with its token: run doctor inside of it');
  if (verb === 'create') return unasked('a real one would change the cluster');
  const read = reads.get(group === '' ? resource : `${resource}.${group}`);
  if (read === undefined) return unasked('there was nothing to read');
  return read.kind === 'known' ? known('ok') : read;
}
