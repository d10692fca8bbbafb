/** Where each API group is, in the version that is asked. Empty: the core group. */
const APIS: Readonly<Record<string, string>> = {
  '': '/api/v1',
  apps: '/apis/apps/v1',
  'authorization.k8s.io': '/apis/authorization.k8s.io/v1',
  'discovery.k8s.io': '/apis/discovery.k8s.io/v1',
  'elbv2.k8s.aws': '/apis/elbv2.k8s.aws/v1beta1',
  'eks.amazonaws.com': '/apis/eks.amazonaws.com/v1',
  'events.k8s.io': '/apis/events.k8s.io/v1',
};

/**
 * The path of a resource, which is named as `kubectl auth can-i` words it: `pods`, `deployments.apps`. An empty namespace is all of them, and
 * the one of what is in none. Absent `name`: the path of the list.
 */
export function pathOf(resource: string, namespace: string, name?: string): string {
  const [plural = '', ...group] = resource.split('.');
  const api = APIS[group.join('.')];
  if (api === undefined) throw new RangeError(`there is no API for '${resource}'`);
  const list = `${api}${namespace === '' ? '' : `/namespaces/${encodeURIComponent(namespace)}`}/${plural}`;
  return name === undefined ? list : `${list}/${encodeURIComponent(name)}`;
}
