import type { Kind, KubernetesObject } from './objects.ts';

/** One request to the API, taken apart. */
export interface Call {
  readonly verb: string;
  /** Empty: the core group. */
  readonly group: string;
  readonly version: string;
  /** Absent: of all namespaces. */
  readonly namespace: string | undefined;
  readonly resource: string;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
  readonly query: URLSearchParams;
}

/** What the embedded API server keeps. */
export interface ResourceType {
  readonly apiVersion: string;
  readonly resource: string;
  readonly kind: Kind;
  /** Whether its objects are in no namespace. */
  readonly clusterScoped?: boolean;
}

const RESOURCE_TYPES: readonly ResourceType[] = [
  { apiVersion: 'v1', resource: 'pods', kind: 'Pod' },
  { apiVersion: 'v1', resource: 'services', kind: 'Service' },
  { apiVersion: 'v1', resource: 'serviceaccounts', kind: 'ServiceAccount' },
  { apiVersion: 'v1', resource: 'namespaces', kind: 'Namespace', clusterScoped: true },
  { apiVersion: 'v1', resource: 'nodes', kind: 'Node', clusterScoped: true },
  { apiVersion: 'apps/v1', resource: 'deployments', kind: 'Deployment' },
  { apiVersion: 'apps/v1', resource: 'replicasets', kind: 'ReplicaSet' },
  { apiVersion: 'apps/v1', resource: 'statefulsets', kind: 'StatefulSet' },
  { apiVersion: 'apps/v1', resource: 'daemonsets', kind: 'DaemonSet' },
  { apiVersion: 'v1', resource: 'events', kind: 'Event' },
  { apiVersion: 'events.k8s.io/v1', resource: 'events', kind: 'Event' },
  { apiVersion: 'discovery.k8s.io/v1', resource: 'endpointslices', kind: 'EndpointSlice' },
  { apiVersion: 'elbv2.k8s.aws/v1beta1', resource: 'targetgroupbindings', kind: 'TargetGroupBinding' },
  { apiVersion: 'eks.amazonaws.com/v1', resource: 'targetgroupbindings', kind: 'TargetGroupBinding' },
];

/** The groups that a cluster has only when a controller was installed. */
export const OPTIONAL_GROUPS: readonly string[] = ['elbv2.k8s.aws', 'eks.amazonaws.com'];

const RESOURCE_PATH =
  /^\/(?:api|apis\/([^/]+))\/([^/]+)(?:\/namespaces\/([^/]+))?\/([^/]+)(?:\/([^/]+))?(?:\/([^/]+))?$/;

const VERBS: Readonly<Record<string, string>> = { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' };

/** Undefined where the path is not one of a resource. */
export function parseCall(method: string, url: URL): Call | undefined {
  const match = RESOURCE_PATH.exec(url.pathname);
  if (match === null) return undefined;
  const [, group = '', version = '', inNamespace, resource = '', name, subresource] = match;
  // RBAC looks at a Namespace as at something in itself (apiserver: endpoints/request/requestinfo.go).
  const namespace = group === '' && resource === 'namespaces' ? name : inNamespace;
  const verb = VERBS[method] ?? (name === undefined ? 'list' : 'get');
  return { verb, group, version, namespace, resource, name, subresource, query: url.searchParams };
}

/** What `call` is about; undefined where there is no such resource. */
export function resourceTypeOf({ group, version, resource }: Call): ResourceType | undefined {
  const apiVersion = group === '' ? version : `${group}/${version}`;
  return RESOURCE_TYPES.find((type) => type.apiVersion === apiVersion && type.resource === resource);
}

/** Whether `object` is one of `type`. An Event is one of both its APIs. */
export function isOfType({ kind, apiVersion }: KubernetesObject, type: ResourceType): boolean {
  return kind === type.kind && (kind === 'Event' || apiVersion === type.apiVersion);
}
