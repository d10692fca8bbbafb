import { ApiError, toApiError } from './errors.ts';
import type { EndpointKnowledge } from './observation.ts';
import type { Binding, BindingApiGroup, Cluster, EndpointSlice, OwnPod, PodRef, Service } from './ports.ts';
import {
  type GroupTargets,
  type IpFamily,
  ipFamily,
  mergeGroups,
  type NamedTargetGroup,
  parseTargetGroups,
  type TargetAddress,
} from './target.ts';

/** The pod annotation that names target groups, in the form of DRAIN_WAIT_TARGET_GROUPS. */
export const TARGET_GROUPS_ANNOTATION = 'drain-wait/target-groups';

/** Prefix of the readiness gates that each controller puts on pods; the TargetGroupBinding's name follows. */
export const READINESS_GATE_PREFIX: Readonly<Record<BindingApiGroup, string>> = {
  'elbv2.k8s.aws': 'target-health.elbv2.k8s.aws/',
  'eks.amazonaws.com': 'target-health.eks.amazonaws.com/',
};

const API_GROUPS = Object.keys(READINESS_GATE_PREFIX) as readonly BindingApiGroup[];

export type TargetSource = 'setting' | 'annotation' | 'readiness-gate' | 'endpoint-slice';

export interface Discovery {
  /** Where the targets come from; undefined where none were found. */
  readonly source: TargetSource | undefined;
  readonly groups: readonly GroupTargets[];
  /** The bindings that targets were looked for in; none where the user names the target groups. */
  readonly bindings: readonly Binding[];
  /** Targets of these bindings whose pods are terminating now, this pod's own among them. */
  readonly terminatingTargets: number;
  /** Those of their Services that list the pod and publish not-ready addresses: it stays registered until its containers have ended. */
  readonly undrainable: readonly string[];
  readonly endpoint: EndpointKnowledge;
  /** Whether nothing that could hide a target stayed unread. Only then does "no targets" mean that the pod is no target. */
  readonly complete: boolean;
  readonly problems: readonly ApiError[];
}

/** The pod whose targets are looked for. */
interface Subject {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string | undefined;
  readonly ips: readonly string[];
  readonly readinessGates: readonly string[];
  readonly wasRead: boolean;
}

/** Looks for the pod's targets in every source; the first that gives any wins. Never rejects. */
export async function discoverTargets(
  ref: PodRef,
  pod: OwnPod | undefined,
  setting: readonly NamedTargetGroup[],
  cluster: Cluster,
  signal: AbortSignal,
): Promise<Discovery> {
  const subject: Subject = {
    namespace: ref.namespace,
    name: ref.name,
    uid: ref.uid ?? pod?.uid,
    ips: ref.ips.length > 0 ? ref.ips : (pod?.ips ?? []),
    readinessGates: pod?.readinessGates ?? [],
    wasRead: pod !== undefined,
  };
  return namedByUser(subject, pod, setting) ?? (await boundInCluster(subject, cluster, signal));
}

/** What the setting or else the pod's annotation names. A mistake in the annotation leaves discovery incomplete. */
function namedByUser(
  subject: Subject,
  pod: OwnPod | undefined,
  setting: readonly NamedTargetGroup[],
): Discovery | undefined {
  const annotation = pod?.annotations[TARGET_GROUPS_ANNOTATION];
  const source = setting.length > 0 ? 'setting' : 'annotation';
  const operation = `read the ${source} of target groups`;
  const nobodyElse = { bindings: [], terminatingTargets: 1, undrainable: [], endpoint: 'unknown' } as const;
  const failed = (error: ApiError) => ({
    ...nobodyElse,
    source: undefined,
    groups: [],
    complete: false,
    problems: [error],
  });
  try {
    const named = setting.length > 0 ? setting : parseTargetGroups(annotation ?? '');
    if (named.length === 0) return undefined;
    if (subject.ips.length === 0) {
      return failed(
        new ApiError('not-found', operation, 'the pod has no known IP; set DRAIN_WAIT_POD_IPS from status.podIPs'),
      );
    }
    const groups = mergeGroups(named.map((group) => toGroupTargets(group, subject.ips)));
    return {
      ...nobodyElse,
      // It takes turns with itself where it is in very many: each is looked at by calls of its own.
      terminatingTargets: groups.length,
      source,
      groups,
      complete: true,
      problems: [],
    };
  } catch (error) {
    return failed(toApiError(error, operation));
  }
}

function toGroupTargets({ arn, port }: NamedTargetGroup, ips: readonly string[]): GroupTargets {
  return {
    group: { arn, name: undefined, loadBalancer: undefined, role: undefined },
    addresses: ips.map((ip) => ({ ip, port })),
  };
}

/** What the namespace's TargetGroupBindings say: those of the pod's readiness gates, else those whose Service lists it. */
async function boundInCluster(subject: Subject, cluster: Cluster, signal: AbortSignal): Promise<Discovery> {
  const hiding: ApiError[] = [];
  const harmless: ApiError[] = [];
  const bindings = await listIpBindings(subject, cluster, hiding, signal);
  const gated = bindings.filter(({ apiGroup, name }) =>
    subject.readinessGates.includes(READINESS_GATE_PREFIX[apiGroup] + name),
  );
  // A gate proves the target, even where the Service no longer lists the pod: then its IP alone finds it.
  const provenIps = gated.length > 0 ? subject.ips : [];
  const relevant = gated.length > 0 ? gated : bindings;
  const slices = await orElse(
    listSlices(subject.namespace, relevant, cluster, signal),
    [],
    'list endpointslices.discovery.k8s.io',
    provenIps.length > 0 ? harmless : hiding,
  );
  const undrainable = new Set<string>();
  const groups = await Promise.all(
    relevant.map(async (binding): Promise<GroupTargets> => {
      const mine = slices.filter((slice) => isOf(slice, binding) && podAddresses(slice, subject).length > 0);
      const service = mine.length > 0 ? await serviceOf(binding, subject, cluster, harmless, signal) : undefined;
      if (service?.publishesNotReady === true) undrainable.add(binding.service.name);
      const addresses = mine.flatMap((slice) => targetAddresses(slice, subject, portName(binding, service)));
      return {
        group: binding.group,
        addresses: addresses.length > 0 ? addresses : atAnyPort(provenIps, binding.family),
      };
    }),
  );
  const found = groups.filter(({ addresses }) => addresses.length > 0);
  return {
    source: found.length === 0 ? undefined : gated.length > 0 ? 'readiness-gate' : 'endpoint-slice',
    groups: mergeGroups(found),
    bindings: relevant,
    terminatingTargets: countTerminating(relevant, slices),
    undrainable: [...undrainable],
    endpoint: endpointOf(subject, slices),
    // The annotation of a pod that was never read may name targets.
    complete: hiding.length === 0 && (subject.wasRead || found.length > 0),
    problems: [...hiding, ...harmless],
  };
}

async function listIpBindings(
  { namespace }: Subject,
  cluster: Cluster,
  problems: ApiError[],
  signal: AbortSignal,
): Promise<readonly Binding[]> {
  const lists = await Promise.all(
    API_GROUPS.map(async (apiGroup) => {
      const operation = `list targetgroupbindings.${apiGroup}`;
      const listed = await orElse(cluster.listBindings(apiGroup, namespace, signal), [], operation, problems);
      const [unread, ...more] = listed.flatMap((each) => ('unread' in each ? [each.unread] : []));
      if (unread !== undefined) {
        const others = more.length === 0 ? '' : `; and ${more.length} more like that`;
        problems.push(new ApiError('bad-response', operation, unread + others));
      }
      return listed.flatMap((each) => ('unread' in each ? [] : [each]));
    }),
  );
  // The one other type that there is. Of one that nobody knows the pod may be a target all the same: ELBv2 will tell.
  return lists.flat().filter(({ targetType }) => targetType !== 'instance');
}

/** Undefined where it cannot be read: then the pod's targets are found by their IP, unless the binding names the port. */
function serviceOf(
  { service }: Binding,
  { namespace }: Subject,
  cluster: Cluster,
  problems: ApiError[],
  signal: AbortSignal,
): Promise<Service | undefined> {
  return orElse(cluster.readService(namespace, service.name, signal), undefined, 'get services', problems);
}

/** Name of the Service port that a binding means; undefined where that is not known. */
function portName({ service: { port } }: Binding, service: Service | undefined): string | undefined {
  return typeof port === 'string' ? port : service?.ports.find((each) => each.port === port)?.name;
}

function isOf({ service, family }: EndpointSlice, binding: Binding): boolean {
  return service === binding.service.name && family === binding.family;
}

/** Counts anew how many targets of these bindings are terminating now. Rejects with an ApiError. */
export async function countFleet(
  namespace: string,
  bindings: readonly Binding[],
  cluster: Cluster,
  signal: AbortSignal,
): Promise<number> {
  return countTerminating(bindings, await listSlices(namespace, bindings, cluster, signal));
}

async function listSlices(
  namespace: string,
  bindings: readonly Binding[],
  cluster: Cluster,
  signal: AbortSignal,
): Promise<readonly EndpointSlice[]> {
  const services = [...new Set(bindings.map(({ service }) => service.name))];
  return services.length === 0 ? [] : await cluster.listEndpointSlices(namespace, services, signal);
}

/** A pod makes calls for each binding that it is a target of. */
function countTerminating(bindings: readonly Binding[], slices: readonly EndpointSlice[]): number {
  let count = 0;
  for (const binding of bindings) {
    for (const slice of slices) {
      if (isOf(slice, binding)) count += slice.endpoints.filter(({ terminating }) => terminating).length;
    }
  }
  return Math.max(1, count);
}

function atAnyPort(ips: readonly string[], family: IpFamily): readonly TargetAddress[] {
  return ips.filter((ip) => ipFamily(ip) === family).map((ip) => ({ ip, port: undefined }));
}

function podEndpoints({ endpoints }: EndpointSlice, { name, uid, ips }: Subject): EndpointSlice['endpoints'] {
  return endpoints.filter(({ pod, addresses }) =>
    // A StatefulSet's next pod has the same name; only the UID tells it from this one.
    pod === undefined
      ? addresses.some((ip) => ips.includes(ip))
      : pod.name === name && (uid === undefined || pod.uid === undefined || pod.uid === uid),
  );
}

function endpointOf(subject: Subject, slices: readonly EndpointSlice[]): EndpointKnowledge {
  const mine = slices.flatMap((slice) => podEndpoints(slice, subject));
  if (mine.length === 0) return 'unknown';
  return mine.some(({ terminating }) => terminating) ? 'terminating' : 'serving';
}

function podAddresses(slice: EndpointSlice, subject: Subject): readonly string[] {
  return podEndpoints(slice, subject).flatMap(({ addresses }) => addresses);
}

function targetAddresses(slice: EndpointSlice, subject: Subject, port: string | undefined): readonly TargetAddress[] {
  const ports = port === undefined ? [{ port: undefined }] : slice.ports.filter(({ name }) => name === port);
  return podAddresses(slice, subject).flatMap((ip) => ports.map((found) => ({ ip, port: found.port })));
}

async function orElse<T>(reading: Promise<T>, otherwise: T, operation: string, problems: ApiError[]): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    problems.push(toApiError(error, operation));
    return otherwise;
  }
}
