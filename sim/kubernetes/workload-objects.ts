import type { IntOrString, ObjectMeta, PodSpec } from './objects.ts';

/** What makes pods, and would make their owner anew. Here nobody acts on it: it is only an object. */
export interface PodTemplate {
  readonly metadata: Partial<Pick<ObjectMeta, 'labels' | 'annotations'>>;
  readonly spec: Partial<PodSpec> & Pick<PodSpec, 'containers'>;
}

export interface LabelSelector {
  readonly matchLabels: Readonly<Record<string, string>>;
}

interface UpdateStrategy {
  readonly type: string;
  readonly rollingUpdate?: { readonly maxSurge?: IntOrString; readonly maxUnavailable?: IntOrString };
}

interface WorkloadStatus {
  readonly replicas?: number;
  readonly readyReplicas?: number;
  readonly availableReplicas?: number;
}

interface ReplicatedSpec {
  readonly replicas: number;
  readonly minReadySeconds?: number;
  readonly selector: LabelSelector;
  readonly template: PodTemplate;
}

export interface Deployment {
  readonly apiVersion: 'apps/v1';
  readonly kind: 'Deployment';
  readonly metadata: ObjectMeta;
  readonly spec: ReplicatedSpec & { readonly strategy?: UpdateStrategy };
  readonly status: WorkloadStatus;
}

/** A ReplicaSet of a Deployment names it in its `ownerReferences`. */
export interface ReplicaSet {
  readonly apiVersion: 'apps/v1';
  readonly kind: 'ReplicaSet';
  readonly metadata: ObjectMeta;
  readonly spec: ReplicatedSpec;
  readonly status: WorkloadStatus;
}

export interface StatefulSet {
  readonly apiVersion: 'apps/v1';
  readonly kind: 'StatefulSet';
  readonly metadata: ObjectMeta;
  readonly spec: ReplicatedSpec & { readonly serviceName: string; readonly updateStrategy?: UpdateStrategy };
  readonly status: WorkloadStatus;
}

export interface DaemonSet {
  readonly apiVersion: 'apps/v1';
  readonly kind: 'DaemonSet';
  readonly metadata: ObjectMeta;
  readonly spec: Omit<ReplicatedSpec, 'replicas'> & { readonly updateStrategy?: UpdateStrategy };
  readonly status: { readonly desiredNumberScheduled?: number; readonly numberReady?: number };
}
