import { objectMeta, pod } from '../kubernetes/builders.ts';
import type {
  IntOrString,
  KubernetesObject,
  ObjectMeta,
  ObjectsByKind,
  Pod,
  PodSpec,
  PodStatus,
} from '../kubernetes/objects.ts';
import {
  anyText,
  type Check,
  either,
  flag,
  listOf,
  mapOf,
  object,
  ofKind,
  oneOf,
  optional,
  partly,
  port,
  seconds,
  text,
} from './check.ts';

/** An object as somebody writes it down, without what the API server adds. */
type Unfinished<T extends KubernetesObject> = Omit<T, 'metadata'> & {
  readonly metadata: Partial<ObjectMeta> & Pick<ObjectMeta, 'name'>;
};

export interface PodManifest extends Omit<Unfinished<Pod>, 'spec' | 'status'> {
  readonly spec: Partial<PodSpec> & Pick<PodSpec, 'containers'>;
  readonly status?: Partial<PodStatus>;
}

/** What can be put here. All other kinds are created through the API itself. */
export type PutKind = 'Pod' | 'Service' | 'EndpointSlice' | 'TargetGroupBinding' | 'Event';
type OtherKind = Exclude<PutKind, 'Pod'>;
export type Manifest = PodManifest | { [K in OtherKind]: Unfinished<ObjectsByKind[K]> }[OtherKind];

// Manifests are full of what the embedded cluster does not look at. What it does look at has to be right.
const metadata = partly({
  name: text,
  namespace: optional(text),
  uid: optional(text),
  labels: optional(mapOf(anyText)),
  annotations: optional(mapOf(anyText)),
  deletionTimestamp: optional(text),
  deletionGracePeriodSeconds: optional(seconds),
});
const portOrName = either('a port, or the name of one', port, text);
const header = partly({ name: text, value: anyText });
const httpGet = partly({
  port: portOrName,
  path: optional(text),
  host: optional(text),
  httpHeaders: optional(listOf(header)),
});
const container = partly({
  name: text,
  restartPolicy: optional(text),
  ports: optional(listOf(partly({ containerPort: port, name: optional(text) }))),
  lifecycle: optional(
    partly({
      // No exec: nobody shall start a program through a port.
      preStop: optional(
        either(
          'httpGet with a port, or sleep with seconds',
          partly({ httpGet }),
          partly({ sleep: partly({ seconds }) }),
        ),
      ),
    }),
  ),
});

const podSpec = partly({
  containers: listOf(container),
  initContainers: optional(listOf(container)),
  terminationGracePeriodSeconds: optional(seconds),
});

export const podManifest = partly({
  apiVersion: oneOf('v1'),
  kind: oneOf('Pod'),
  metadata,
  spec: podSpec,
  status: optional(
    partly({
      podIP: optional(text),
      podIPs: optional(listOf(partly({ ip: text }))),
      conditions: optional(listOf(partly({ type: text, status: oneOf('True', 'False', 'Unknown') }))),
    }),
  ),
});

/** An apps/v1 Deployment, as far as it is looked at. It is no object in the API. */
export interface DeploymentManifest {
  readonly metadata: Pick<ObjectMeta, 'name'> & Partial<Pick<ObjectMeta, 'namespace'>>;
  readonly spec: {
    /** Absent: 1. */
    readonly replicas?: number;
    readonly strategy?: {
      readonly rollingUpdate?: { readonly maxSurge?: IntOrString; readonly maxUnavailable?: IntOrString };
    };
    readonly template: {
      readonly metadata?: Partial<Pick<ObjectMeta, 'labels' | 'annotations'>>;
      readonly spec: PodManifest['spec'];
    };
  };
}

const isCount: Check = (value) => (Number.isInteger(value) && Number(value) >= 0 ? [] : ['no count']);
const isShare: Check = (value) => (typeof value === 'string' && /^\d+%$/.test(value) ? [] : ['no share']);
export const count = either('a whole number, at least 0', isCount);
const countOrShare = either('a whole number, at least 0, or a percentage as "25%"', isCount, isShare);

export const deploymentManifest = partly({
  apiVersion: oneOf('apps/v1'),
  kind: oneOf('Deployment'),
  metadata: partly({ name: text, namespace: optional(text) }),
  spec: partly({
    replicas: optional(count),
    strategy: optional(
      partly({
        type: optional(oneOf('RollingUpdate')),
        rollingUpdate: optional(partly({ maxSurge: optional(countOrShare), maxUnavailable: optional(countOrShare) })),
      }),
    ),
    template: partly({
      metadata: optional(partly({ labels: optional(mapOf(anyText)), annotations: optional(mapOf(anyText)) })),
      spec: podSpec,
    }),
  }),
});

const service = partly({
  apiVersion: oneOf('v1'),
  metadata,
  spec: partly({
    selector: optional(mapOf(anyText)),
    ports: listOf(partly({ port, name: optional(text), targetPort: optional(portOrName) })),
  }),
});

const endpointSlice = partly({
  apiVersion: oneOf('discovery.k8s.io/v1'),
  metadata,
  addressType: oneOf('IPv4', 'IPv6'),
  endpoints: listOf(
    partly({ addresses: listOf(text), conditions: object({ ready: flag, serving: flag, terminating: flag }) }),
  ),
  ports: listOf(partly({ port, name: optional(anyText) })),
});

const targetGroupBinding = partly({
  apiVersion: oneOf('elbv2.k8s.aws/v1beta1', 'eks.amazonaws.com/v1'),
  metadata,
  spec: partly({
    targetGroupARN: optional(text),
    targetGroupName: optional(text),
    serviceRef: partly({ name: text, port: portOrName }),
  }),
});

export const manifest = ofKind<PutKind>({
  Pod: podManifest,
  Service: service,
  EndpointSlice: endpointSlice,
  TargetGroupBinding: targetGroupBinding,
  Event: partly({ apiVersion: oneOf('v1', 'events.k8s.io/v1'), metadata }),
});

/** The object with what the API server adds; it keeps the identity of `known`, which it replaces. */
export function complete(manifest: Manifest, known?: KubernetesObject): KubernetesObject {
  const { uid, creationTimestamp } = known?.metadata ?? objectMeta(manifest.metadata);
  const metadata = { ...objectMeta(manifest.metadata), uid, creationTimestamp, ...manifest.metadata };
  return manifest.kind === 'Pod' ? { ...completePod(manifest), metadata } : { ...manifest, metadata };
}

/** A new pod of which the manifest says no more is Pending, not Ready and has the addresses `ips`. */
export function completePod({ metadata, spec, status }: PodManifest, ips: readonly string[] = []): Pod {
  const made = pod({ ...metadata, ips, ready: false, spec, status: { phase: 'Pending', ...status } });
  return { ...made, metadata: { ...made.metadata, ...metadata } };
}
