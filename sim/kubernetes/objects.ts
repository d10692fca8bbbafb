import type { Event } from './event.ts';
import type { DaemonSet, Deployment, ReplicaSet, StatefulSet } from './workload-objects.ts';

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
}

/** What every object has. Times are RFC 3339 with whole seconds, as the API server writes them. */
export interface ObjectMeta {
  readonly name: string;
  /** Empty: the object is in none, like a Node. */
  readonly namespace: string;
  readonly uid: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Given by the store at each write. */
  readonly resourceVersion: string;
  readonly creationTimestamp: string;
  readonly ownerReferences?: readonly OwnerReference[];
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
}

export type IntOrString = number | string;

export interface HttpGetAction {
  readonly path?: string;
  /** A name is looked up in the container that declares the hook (kubelet: lifecycle/handlers.go). */
  readonly port: IntOrString;
  /** Absent: the pod's IP. */
  readonly host?: string;
  /** Absent: HTTP. */
  readonly scheme?: string;
  readonly httpHeaders?: readonly { readonly name: string; readonly value: string }[];
}

export type PreStop = { readonly httpGet: HttpGetAction } | { readonly sleep: { readonly seconds: number } };

export interface Container {
  readonly name: string;
  readonly image?: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  /** `Always` makes an init container a native sidecar. */
  readonly restartPolicy?: string;
  readonly env?: readonly {
    readonly name: string;
    readonly value?: string;
    readonly valueFrom?: { readonly fieldRef?: { readonly fieldPath: string } };
  }[];
  readonly ports?: readonly { readonly name?: string; readonly containerPort: number; readonly protocol?: string }[];
  readonly lifecycle?: { readonly preStop?: PreStop };
  readonly resources?: {
    readonly requests?: Readonly<Record<string, string>>;
    readonly limits?: Readonly<Record<string, string>>;
  };
  /** No kubelet here calls them; somebody may look at them. */
  readonly startupProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly livenessProbe?: Probe;
  readonly volumeMounts?: readonly {
    readonly name: string;
    readonly mountPath: string;
    readonly readOnly?: boolean;
  }[];
}

export interface Probe {
  readonly httpGet?: HttpGetAction;
  readonly periodSeconds?: number;
  readonly failureThreshold?: number;
}

export interface ContainerStatus {
  readonly name: string;
  readonly ready: boolean;
  readonly restartCount: number;
  readonly lastState?: { readonly terminated?: { readonly exitCode: number; readonly reason?: string } };
}

export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly lastTransitionTime: string;
  readonly reason?: string;
}

export interface PodSpec {
  readonly terminationGracePeriodSeconds: number;
  readonly readinessGates?: readonly { readonly conditionType: string }[];
  readonly hostNetwork?: boolean;
  readonly nodeName: string;
  /** Absent: `default`. */
  readonly serviceAccountName?: string;
  readonly automountServiceAccountToken?: boolean;
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly volumes?: readonly { readonly name: string; readonly [source: string]: unknown }[];
}

export interface PodStatus {
  readonly phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';
  readonly reason?: string;
  readonly podIP?: string;
  readonly podIPs?: readonly { readonly ip: string }[];
  readonly startTime?: string;
  readonly conditions: readonly Condition[];
  readonly containerStatuses?: readonly ContainerStatus[];
  readonly initContainerStatuses?: readonly ContainerStatus[];
}

export interface Pod {
  readonly apiVersion: 'v1';
  readonly kind: 'Pod';
  readonly metadata: ObjectMeta;
  readonly spec: PodSpec;
  readonly status: PodStatus;
}

export interface ServicePort {
  readonly name?: string;
  readonly port: number;
  readonly targetPort?: IntOrString;
  readonly protocol?: string;
}

export interface Service {
  readonly apiVersion: 'v1';
  readonly kind: 'Service';
  readonly metadata: ObjectMeta;
  readonly spec: {
    readonly selector?: Readonly<Record<string, string>>;
    readonly ports: readonly ServicePort[];
    readonly publishNotReadyAddresses?: boolean;
  };
}

export interface Endpoint {
  readonly addresses: readonly string[];
  readonly conditions: { readonly ready: boolean; readonly serving: boolean; readonly terminating: boolean };
  readonly targetRef?: {
    readonly kind: string;
    readonly namespace: string;
    readonly name: string;
    readonly uid: string;
  };
  readonly nodeName?: string;
}

export interface EndpointSlice {
  readonly apiVersion: 'discovery.k8s.io/v1';
  readonly kind: 'EndpointSlice';
  /** The label `kubernetes.io/service-name` names the Service. */
  readonly metadata: ObjectMeta;
  readonly addressType: 'IPv4' | 'IPv6';
  readonly endpoints: readonly Endpoint[];
  readonly ports: readonly { readonly name?: string; readonly port: number; readonly protocol?: string }[];
}

export const SERVICE_NAME_LABEL = 'kubernetes.io/service-name';

/** `elbv2.k8s.aws` is the AWS Load Balancer Controller's, `eks.amazonaws.com` that of EKS Auto Mode. */
export interface TargetGroupBinding {
  readonly apiVersion: 'elbv2.k8s.aws/v1beta1' | 'eks.amazonaws.com/v1';
  readonly kind: 'TargetGroupBinding';
  readonly metadata: ObjectMeta;
  readonly spec: {
    readonly targetGroupARN?: string;
    readonly targetGroupName?: string;
    readonly targetType?: 'instance' | 'ip';
    readonly targetGroupProtocol?: string;
    readonly serviceRef: { readonly name: string; readonly port: IntOrString };
    readonly ipAddressType?: 'ipv4' | 'ipv6';
    readonly multiClusterTargetGroup?: boolean;
    readonly vpcID?: string;
    readonly iamRoleArnToAssume?: string;
    readonly assumeRoleExternalId?: string;
  };
}

/** In no namespace itself. */
export interface Namespace {
  readonly apiVersion: 'v1';
  readonly kind: 'Namespace';
  readonly metadata: ObjectMeta;
  readonly status: { readonly phase: 'Active' | 'Terminating' };
}

/** The annotation `eks.amazonaws.com/role-arn` names its IAM role, where IRSA is used. */
export interface ServiceAccount {
  readonly apiVersion: 'v1';
  readonly kind: 'ServiceAccount';
  readonly metadata: ObjectMeta;
  readonly automountServiceAccountToken?: boolean;
}

/** In no namespace. Nobody here writes its conditions, or looks at them. */
export interface Node {
  readonly apiVersion: 'v1';
  readonly kind: 'Node';
  readonly metadata: ObjectMeta;
  readonly status: { readonly conditions: readonly Condition[] };
}

export interface ObjectsByKind {
  readonly Pod: Pod;
  readonly Service: Service;
  readonly EndpointSlice: EndpointSlice;
  readonly TargetGroupBinding: TargetGroupBinding;
  readonly Event: Event;
  readonly Deployment: Deployment;
  readonly ReplicaSet: ReplicaSet;
  readonly StatefulSet: StatefulSet;
  readonly DaemonSet: DaemonSet;
  readonly Namespace: Namespace;
  readonly ServiceAccount: ServiceAccount;
  readonly Node: Node;
}

export type Kind = keyof ObjectsByKind;
export type KubernetesObject = ObjectsByKind[Kind];
