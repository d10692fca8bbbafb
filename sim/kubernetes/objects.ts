/** What every object has. Times are RFC 3339 with whole seconds, as the API server writes them. */
export interface ObjectMeta {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Given by the store at each write. */
  readonly resourceVersion: string;
  readonly creationTimestamp: string;
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
  readonly httpHeaders?: readonly { readonly name: string; readonly value: string }[];
}

export type PreStop = { readonly httpGet: HttpGetAction } | { readonly sleep: { readonly seconds: number } };

export interface Container {
  readonly name: string;
  /** `Always` makes an init container a native sidecar. */
  readonly restartPolicy?: string;
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly ports?: readonly { readonly name?: string; readonly containerPort: number; readonly protocol?: string }[];
  readonly lifecycle?: { readonly preStop?: PreStop };
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
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
}

export interface PodStatus {
  readonly phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';
  readonly reason?: string;
  readonly podIP?: string;
  readonly podIPs?: readonly { readonly ip: string }[];
  readonly startTime?: string;
  readonly conditions: readonly Condition[];
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

/** An Event of either API; only what tests look at. */
export interface Event {
  readonly apiVersion: 'v1' | 'events.k8s.io/v1';
  readonly kind: 'Event';
  readonly metadata: ObjectMeta;
  readonly type?: string;
  readonly reason?: string;
  /** Core v1; `events.k8s.io` calls it `note`. */
  readonly message?: string;
  readonly note?: string;
}

export interface ObjectsByKind {
  readonly Pod: Pod;
  readonly Service: Service;
  readonly EndpointSlice: EndpointSlice;
  readonly TargetGroupBinding: TargetGroupBinding;
  readonly Event: Event;
}

export type Kind = keyof ObjectsByKind;
export type KubernetesObject = ObjectsByKind[Kind];
