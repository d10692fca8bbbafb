import { randomUUID } from 'node:crypto';
import {
  type EndpointSlice,
  type Namespace,
  type ObjectMeta,
  type OwnerReference,
  type Pod,
  type PodSpec,
  type PodStatus,
  SERVICE_NAME_LABEL,
  type Service,
  type ServiceAccount,
  type TargetGroupBinding,
} from './objects.ts';

/** A time as the API server writes it: RFC 3339, whole seconds. */
export function rfc3339(wallMs: number): string {
  return new Date(wallMs).toISOString().replace(/\.\d+Z$/, 'Z');
}

export interface MetaOptions {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly OwnerReference[];
}

/** Metadata of a new object; `namespace` is `default` unless given. */
export function objectMeta(options: MetaOptions): ObjectMeta {
  const { name, namespace = 'default', labels = {}, annotations = {}, ownerReferences } = options;
  return {
    name,
    namespace,
    uid: randomUUID(),
    labels,
    annotations,
    resourceVersion: '0',
    creationTimestamp: rfc3339(Date.now()),
    ...(ownerReferences === undefined ? {} : { ownerReferences }),
  };
}

export interface PodOptions extends MetaOptions {
  /** Default: 10.1.0.7. Empty: the pod has no address yet. */
  readonly ips?: readonly string[];
  /** Status of the Ready condition; true unless given. */
  readonly ready?: boolean;
  readonly spec?: Partial<PodSpec>;
  readonly status?: Partial<PodStatus>;
}

/** A pod that has run for a minute, with one container `app` that has the port `http` 8080. */
export function pod(options: PodOptions): Pod {
  const { ips = ['10.1.0.7'], ready = true, spec = {}, status = {} } = options;
  const [podIP] = ips;
  const startTime = rfc3339(Date.now() - 60_000);
  const lastTransitionTime = ready ? rfc3339(Date.now() - 50_000) : startTime;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: objectMeta(options),
    spec: {
      terminationGracePeriodSeconds: 30,
      nodeName: 'node-1',
      containers: [{ name: 'app', ports: [{ name: 'http', containerPort: 8080 }] }],
      ...spec,
    },
    status: {
      phase: 'Running',
      ...(podIP === undefined ? {} : { podIP, podIPs: ips.map((ip) => ({ ip })) }),
      startTime,
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime }],
      ...status,
    },
  };
}

/** Selects `app: <name>` and leads port 80 (`http`) to the container port of that name, unless told otherwise. */
export function service(options: MetaOptions & { readonly spec?: Partial<Service['spec']> }): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: objectMeta(options),
    spec: {
      selector: { app: options.name },
      ports: [{ name: 'http', port: 80, targetPort: 'http' }],
      ...options.spec,
    },
  };
}

export interface EndpointSliceOptions extends MetaOptions {
  readonly service: string;
  readonly addressType?: EndpointSlice['addressType'];
  readonly endpoints?: EndpointSlice['endpoints'];
  readonly ports?: EndpointSlice['ports'];
}

export function endpointSlice(options: EndpointSliceOptions): EndpointSlice {
  const labels = { ...options.labels, [SERVICE_NAME_LABEL]: options.service };
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: objectMeta({ ...options, labels }),
    addressType: options.addressType ?? 'IPv4',
    endpoints: options.endpoints ?? [],
    ports: options.ports ?? [],
  };
}

export interface TargetGroupBindingOptions extends MetaOptions {
  readonly apiVersion?: TargetGroupBinding['apiVersion'];
  readonly spec?: Partial<TargetGroupBinding['spec']>;
}

/** An ALB's binding of port 80 of the Service with the same name, unless told otherwise. */
export function targetGroupBinding(options: TargetGroupBindingOptions): TargetGroupBinding {
  return {
    apiVersion: options.apiVersion ?? 'elbv2.k8s.aws/v1beta1',
    kind: 'TargetGroupBinding',
    metadata: objectMeta(options),
    spec: {
      targetGroupARN: `arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/${options.name}/0123456789abcdef`,
      targetType: 'ip',
      targetGroupProtocol: 'HTTP',
      serviceRef: { name: options.name, port: 80 },
      ipAddressType: 'ipv4',
      ...options.spec,
    },
  };
}

/** With the label that the API server gives to every Namespace. */
export function namespace(options: Omit<MetaOptions, 'namespace'>): Namespace {
  const labels = { 'kubernetes.io/metadata.name': options.name, ...options.labels };
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: objectMeta({ ...options, namespace: '', labels }),
    status: { phase: 'Active' },
  };
}

export function serviceAccount(options: MetaOptions): ServiceAccount {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: objectMeta(options) };
}
