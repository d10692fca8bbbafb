import type {
  V1DaemonSet,
  V1Deployment,
  V1EndpointSlice,
  V1Namespace,
  V1Node,
  V1Pod,
  V1Service,
  V1StatefulSet,
} from '@kubernetes/client-node';
import type { Json } from '../../core/json.ts';
import type { Clock, Cluster, LoadBalancers } from '../../core/ports.ts';
import type { TargetGroupRef } from '../../core/target.ts';
import type { Permission } from '../../workload/permissions.ts';
import type { BindingObject, TargetGroupDetails } from '../facts.ts';

/** What doctor reads, named as `kubectl auth can-i` words it. */
export interface ObjectsByResource {
  readonly pods: Json<V1Pod>;
  readonly services: Json<V1Service>;
  readonly namespaces: Json<V1Namespace>;
  readonly nodes: Json<V1Node>;
  readonly 'deployments.apps': Json<V1Deployment>;
  readonly 'statefulsets.apps': Json<V1StatefulSet>;
  readonly 'daemonsets.apps': Json<V1DaemonSet>;
  readonly 'targetgroupbindings.elbv2.k8s.aws': BindingObject;
  readonly 'targetgroupbindings.eks.amazonaws.com': BindingObject;
}

export type Resource = keyof ObjectsByResource;

/** A question of access. Absent `user`: whether we ourselves may. */
export interface AccessQuestion extends Permission {
  readonly namespace: string;
  readonly user?: { readonly name: string; readonly groups: readonly string[] };
}

/** What doctor asks of Kubernetes. Every call rejects with an ApiError and ends soon after an abort. Nothing here changes anything. */
export interface Inspection {
  /** Finds the way to the cluster before the first call of a person; gives the namespace that counts where none is named. */
  logIn(): Promise<string>;
  /** Of the API server. */
  version(signal: AbortSignal): Promise<{ readonly major: number; readonly minor: number }>;
  /** An empty namespace is that of what is in none. */
  get<R extends Resource>(
    resource: R,
    namespace: string,
    name: string,
    signal: AbortSignal,
  ): Promise<ObjectsByResource[R]>;
  /** An empty namespace is all of them; an empty label selector takes everything. */
  list<R extends Resource>(
    resource: R,
    namespace: string,
    labelSelector: string,
    signal: AbortSignal,
  ): Promise<readonly ObjectsByResource[R][]>;
  listSlices(
    namespace: string,
    services: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly Json<V1EndpointSlice>[]>;
  isAllowed(question: AccessQuestion, signal: AbortSignal): Promise<boolean>;
  /** The reads of a hold, which share their answers with the calls above. */
  readonly cluster: Cluster;
}

export type DescribedGroup = TargetGroupRef & { readonly arn: string };

/** What doctor asks of AWS. Every call is one request, rejects with an ApiError and ends soon after an abort. */
export interface Account {
  /** STS GetCallerIdentity. */
  identify(signal: AbortSignal): Promise<{ readonly account: string; readonly arn: string }>;
  describeTargetGroup(group: TargetGroupRef, signal: AbortSignal): Promise<TargetGroupDetails>;
  readonly describeTargetHealth: LoadBalancers['describeTargetHealth'];
  /** `deregistration_delay.timeout_seconds`, in ms. */
  deregistrationDelayMs(group: DescribedGroup, signal: AbortSignal): Promise<number>;
}

/** The world as the process edge hands it to doctor. */
export interface DoctorPorts {
  readonly clock: Clock;
  /** Of the process. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly inspection: Inspection;
  /** `region`: for target groups that are given by name, and for STS. Absent: as the SDK finds it. */
  readonly account: (region: string | undefined) => Account;
  /** Told what is looked at next, for whoever waits. */
  readonly progress: (what: string) => void;
}
