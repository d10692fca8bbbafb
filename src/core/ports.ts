import type { PreStop } from './hook.ts';
import type { GroupTargets, IpFamily, LoadBalancerKind, TargetAddress, TargetGroupRef } from './target.ts';

/** Time as the core sees it. Production gives the real clock, tests and the simulator a virtual or a scaled one. */
export interface Clock {
  /** Monotonic time in ms since an arbitrary point. Only differences mean anything. */
  now(): number;
  /** Resolves after `ms`, or as soon as `signal` is aborted. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** A uniformly distributed number, at least 0 and less than 1. */
export type Random = () => number;

/** Names one pod. A hold is always for one of these, never for "this process". */
export interface PodRef {
  readonly namespace: string;
  readonly name: string;
  /** Absent where the downward API does not give it: then whatever pod has the name is meant. */
  readonly uid: string | undefined;
  /** Empty where the downward API does not give them: then the pod's status tells. */
  readonly ips: readonly string[];
}

/** What the API server says of the pod. */
export interface OwnPod {
  readonly uid: string;
  readonly ips: readonly string[];
  readonly annotations: Readonly<Record<string, string>>;
  /** Condition types of `spec.readinessGates`. */
  readonly readinessGates: readonly string[];
  /** Whether `metadata.deletionTimestamp` is set. */
  readonly terminating: boolean;
  /** `metadata.deletionGracePeriodSeconds`, or before a deletion `spec.terminationGracePeriodSeconds`, in ms. */
  readonly gracePeriodMs: number;
  /** True only where the pod has certainly never been Ready, so that no load balancer sent it anything. */
  readonly neverReady: boolean;
  /** How the container with our settings runs; undefined where none is found in the spec. */
  readonly sidecar: 'native' | 'classic' | undefined;
  /** Its containers, and what each does before SIGTERM. Of the init containers only a sidecar of ours is one. */
  readonly containers: readonly { readonly name: string; readonly isSidecar: boolean; readonly preStop: PreStop }[];
}

export type BindingApiGroup = 'elbv2.k8s.aws' | 'eks.amazonaws.com';

/** A TargetGroupBinding, as far as discovery needs it. */
export interface Binding {
  readonly name: string;
  readonly apiGroup: BindingApiGroup;
  readonly targetType: string;
  readonly group: TargetGroupRef;
  readonly family: IpFamily;
  readonly service: { readonly name: string; readonly port: number | string };
}

/** A TargetGroupBinding that lacks what discovery needs, or has it in a shape that nobody knows. */
export interface UnreadBinding {
  /** Its name, and what is wrong with it. */
  readonly unread: string;
}

export interface EndpointSlice {
  readonly service: string;
  readonly family: IpFamily;
  readonly endpoints: readonly {
    /** The pod behind it, where there is one. */
    readonly pod: { readonly name: string; readonly uid: string | undefined } | undefined;
    readonly addresses: readonly string[];
    readonly terminating: boolean;
  }[];
  /** Container ports, already resolved. An unnamed port has the name ''. */
  readonly ports: readonly { readonly name: string; readonly port: number }[];
}

export interface Service {
  /** An unnamed port has the name ''. */
  readonly ports: readonly { readonly name: string; readonly port: number }[];
  /** `spec.publishNotReadyAddresses`: then a terminating pod counts as ready until its containers have ended. */
  readonly publishesNotReady: boolean;
}

/** What the core asks of Kubernetes. Every call rejects with an ApiError and ends soon after an abort. */
export interface Cluster {
  readPod(pod: PodRef, signal: AbortSignal): Promise<OwnPod>;
  /** TargetGroupBindings of one API group. A group that is not installed has none. */
  listBindings(
    apiGroup: BindingApiGroup,
    namespace: string,
    signal: AbortSignal,
  ): Promise<readonly (Binding | UnreadBinding)[]>;
  listEndpointSlices(
    namespace: string,
    services: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly EndpointSlice[]>;
  readService(namespace: string, name: string, signal: AbortSignal): Promise<Service>;
}

/** State of one target as DescribeTargetHealth gives it. Unknown values are kept as they are. */
export interface TargetHealth {
  readonly ip: string;
  readonly port: number;
  readonly state: string;
  readonly reason: string | undefined;
}

/** What DescribeTargetHealth can answer. Everything else is an ApiError. */
export type TargetHealthAnswer =
  | { readonly kind: 'targets'; readonly targets: readonly TargetHealth[] }
  | { readonly kind: 'invalid-target' }
  | { readonly kind: 'no-such-group' };

export interface TargetGroupDescription {
  readonly arn: string;
  /** Undefined for kinds that drain-wait does not know. */
  readonly loadBalancer: LoadBalancerKind | undefined;
  readonly family: IpFamily | undefined;
}

/** What the core asks of AWS. Every call is exactly one request, rejects with an ApiError and ends soon after an abort. */
export interface LoadBalancers {
  /** `addresses` with ports, or 'all' for every target of the group. */
  describeTargetHealth(
    group: TargetGroupRef & { readonly arn: string },
    addresses: readonly (TargetAddress & { readonly port: number })[] | 'all',
    signal: AbortSignal,
  ): Promise<TargetHealthAnswer>;
  /** By ARN where there is one, else by name. */
  describeTargetGroup(group: TargetGroupRef, signal: AbortSignal): Promise<TargetGroupDescription>;
}

/** What the process knew of a pod before its hold began. */
export interface PriorKnowledge {
  readonly pod: OwnPod | undefined;
  readonly groups: readonly GroupTargets[];
}
