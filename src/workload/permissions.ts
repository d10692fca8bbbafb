/** What a Role gives: a verb on a resource of one namespace. */
export interface Permission {
  /** The API group; empty for the core. */
  readonly group: string;
  readonly resource: string;
  readonly verb: string;
}

/** Its own deletion and grace period: what the sidecar reads even where the user names the target groups. */
export const POD_READ: Permission = { group: '', resource: 'pods', verb: 'get' };

/** What a hold reads, as in the README. */
export const READS: readonly Permission[] = [
  POD_READ,
  { group: '', resource: 'services', verb: 'get' },
  { group: 'discovery.k8s.io', resource: 'endpointslices', verb: 'list' },
  { group: 'elbv2.k8s.aws', resource: 'targetgroupbindings', verb: 'list' },
  { group: 'eks.amazonaws.com', resource: 'targetgroupbindings', verb: 'list' },
];

/** The story of a hold, on the pod. Holds work without it. */
export const EVENTS_CREATE: Permission = { group: 'events.k8s.io', resource: 'events', verb: 'create' };

/** `list endpointslices.discovery.k8s.io` */
export function permissionWords({ group, resource, verb }: Permission): string {
  return `${verb} ${group === '' ? resource : `${resource}.${group}`}`;
}

/** As a rule of a Role, in YAML on one line. */
export function permissionRule({ group, resource, verb }: Permission): string {
  return `{ apiGroups: ["${group}"], resources: [${resource}], verbs: [${verb}] }`;
}
