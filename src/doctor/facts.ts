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
import type { Discovery } from '../core/discover.ts';
import type { ApiErrorKind } from '../core/errors.ts';
import type { Json } from '../core/json.ts';
import type { BindingApiGroup, TargetHealthAnswer } from '../core/ports.ts';
import type { LoadBalancerKind, TargetAddress, TargetGroupRef } from '../core/target.ts';
import type { Permission } from '../workload/permissions.ts';

/** Something that was asked for, or the reason why it is not known: one sentence, which says where it could be seen. */
export type Learned<T> =
  | { readonly kind: 'known'; readonly value: T }
  | {
      readonly kind: 'unknown';
      readonly why: string;
      /** What kind of failure it was; absent where nobody asked. `denied` and `unreachable` are findings of their own. */
      readonly because?: ApiErrorKind;
    };

/** Everything that doctor has found out. Plain data: the checks ask nobody. */
export interface Facts {
  /** Inside the sidecar of the one subject, with its own token and credentials; or outside, with those of a person. */
  readonly from: 'inside' | 'outside';
  /** The lag that the grace period is to bear, in ms. */
  readonly lagMs: number;
  readonly cluster: ClusterFacts;
  readonly subjects: readonly SubjectFacts[];
}

export interface ClusterFacts {
  readonly version: Learned<{ readonly major: number; readonly minor: number }>;
  /** Which kinds of TargetGroupBindings are installed. */
  readonly bindingGroups: Learned<readonly BindingApiGroup[]>;
  /** The Deployment of the AWS Load Balancer Controller; undefined where there is none. */
  readonly controller: Learned<Json<V1Deployment> | undefined>;
}

export type Owner = Json<V1Deployment> | Json<V1StatefulSet> | Json<V1DaemonSet>;

/** One pod, which stands for all pods that are like it. */
export interface SubjectFacts {
  /** Without `spec` where it could not be read: then only its name and namespace are known. */
  readonly pod: Json<V1Pod>;
  /** Names of the running pods of the same owner and template, its own among them. */
  readonly alike: readonly string[];
  /** Undefined where it has none of these kinds. */
  readonly owner: Learned<Owner | undefined>;
  readonly namespace: Learned<Json<V1Namespace>>;
  readonly node: Learned<Json<V1Node>>;
  readonly permissions: readonly PermissionFacts[];
  readonly identity: IdentityFacts;
  /** Every TargetGroupBinding of the namespace, as it is on the wire. */
  readonly bindings: Learned<readonly BindingObject[]>;
  /** The Services that these bindings name; from outside all of the namespace. */
  readonly services: Learned<readonly Json<V1Service>[]>;
  /** The EndpointSlices of these Services. */
  readonly slices: Learned<readonly Json<V1EndpointSlice>[]>;
  /** What a hold would find. */
  readonly discovery: Learned<Discovery>;
  /** One for each target group of the discovery. */
  readonly targetGroups: readonly TargetGroupFacts[];
}

export interface BindingObject {
  readonly apiVersion: string;
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: {
    readonly targetGroupARN?: string;
    readonly targetGroupName?: string;
    readonly targetType?: string;
    readonly targetGroupProtocol?: string;
    readonly ipAddressType?: string;
    readonly serviceRef: { readonly name: string; readonly port: number | string };
    readonly iamRoleArnToAssume?: string;
    readonly assumeRoleExternalId?: string;
  };
}

/** One permission of the shipped Role: those of src/workload/permissions.ts. */
export interface PermissionFacts {
  readonly permission: Permission;
  /** By an access review: of the own token inside, of the pod's service account outside. */
  readonly allowed: Learned<boolean>;
  /** By a real read with the own token; only inside, and never for `create`. */
  readonly read: Learned<'ok'>;
}

/** Where the AWS SDK in the sidecar takes its credentials from, by what its environment has. */
export type CredentialSource = 'pod-identity' | 'irsa' | 'static-keys' | 'node-role-or-none';

export interface IdentityFacts {
  readonly source: CredentialSource;
  /** STS GetCallerIdentity: of the pod inside, of the person outside. */
  readonly caller: Learned<{ readonly account: string; readonly arn: string }>;
  /** `AWS_REGION` of the sidecar. */
  readonly region: string | undefined;
}

export interface TargetGroupFacts {
  readonly group: TargetGroupRef;
  /** This pod's, as Kubernetes tells them. */
  readonly addresses: readonly TargetAddress[];
  /** DescribeTargetGroups. */
  readonly description: Learned<TargetGroupDetails>;
  /** DescribeTargetGroupAttributes, which the sidecar itself does not need; in ms. */
  readonly deregistrationDelayMs: Learned<number>;
  /** DescribeTargetHealth without a filter. */
  readonly health: Learned<TargetHealthAnswer>;
}

export interface TargetGroupDetails {
  readonly arn: string;
  /** `ip`, `instance`, `lambda` or `alb`. */
  readonly targetType: string;
  readonly protocol: string | undefined;
  readonly ipAddressType: string | undefined;
  readonly loadBalancerArns: readonly string[];
  /** What stands before it; absent for kinds that drain-wait does not know. */
  readonly loadBalancer?: LoadBalancerKind;
}
