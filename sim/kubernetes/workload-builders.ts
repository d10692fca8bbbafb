import { type MetaOptions, objectMeta, rfc3339 } from './builders.ts';
import type { Condition, KubernetesObject, Node, OwnerReference } from './objects.ts';
import type { DaemonSet, Deployment, PodTemplate, ReplicaSet, StatefulSet } from './workload-objects.ts';

export interface WorkloadOptions<Spec> extends MetaOptions {
  readonly spec?: Partial<Spec>;
}

/** Three replicas of a container `app` with the port `http` 8080, labelled `app: <name>`, unless told otherwise. */
export function deployment(options: WorkloadOptions<Deployment['spec']>): Deployment {
  const { replicas = 3 } = options.spec ?? {};
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: objectMeta(options),
    spec: { replicas, ...podsNamed(options.name), ...options.spec },
    status: allOf(replicas),
  };
}

/** As a Deployment; `ownedBy` makes it one of a Deployment. */
export function replicaSet(options: WorkloadOptions<ReplicaSet['spec']>): ReplicaSet {
  const { replicas = 3 } = options.spec ?? {};
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: objectMeta(options),
    spec: { replicas, ...podsNamed(options.name), ...options.spec },
    status: allOf(replicas),
  };
}

/** As a Deployment. */
export function statefulSet(options: WorkloadOptions<StatefulSet['spec']>): StatefulSet {
  const { replicas = 3 } = options.spec ?? {};
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: objectMeta(options),
    spec: { replicas, serviceName: options.name, ...podsNamed(options.name), ...options.spec },
    status: allOf(replicas),
  };
}

/** As a Deployment, with a pod on each of three nodes. */
export function daemonSet(options: WorkloadOptions<DaemonSet['spec']>): DaemonSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: objectMeta(options),
    spec: { ...podsNamed(options.name), ...options.spec },
    status: { desiredNumberScheduled: 3, numberReady: 3 },
  };
}

/** `ready`: status of its Ready condition, `True` unless given. `Unknown`: its kubelet has not been heard of for a while. */
export function node(options: Omit<MetaOptions, 'namespace'> & { readonly ready?: Condition['status'] }): Node {
  const { ready = 'True' } = options;
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: objectMeta({ ...options, namespace: '' }),
    status: { conditions: [{ type: 'Ready', status: ready, lastTransitionTime: rfc3339(Date.now()) }] },
  };
}

/** For the `ownerReferences` of what `owner` has made, as its controller writes them. */
export function ownedBy({ apiVersion, kind, metadata }: KubernetesObject): readonly OwnerReference[] {
  return [{ apiVersion, kind, name: metadata.name, uid: metadata.uid, controller: true }];
}

function podsNamed(name: string): {
  readonly selector: Deployment['spec']['selector'];
  readonly template: PodTemplate;
} {
  const labels = { app: name };
  const containers = [{ name: 'app', ports: [{ name: 'http', containerPort: 8080 }] }];
  return { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } };
}

function allOf(replicas: number): Deployment['status'] {
  return { replicas, readyReplicas: replicas, availableReplicas: replicas };
}
