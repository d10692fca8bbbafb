import type { AwsApi } from '../aws/api.ts';
import type { Elbv2 } from '../aws/elbv2.ts';
import type { Controller } from '../controller.ts';
import type { Nodes } from '../deployment/nodes.ts';
import type { Faults } from '../faults.ts';
import type { Kubelet } from '../kubelet.ts';
import type { KubernetesApi } from '../kubernetes/api.ts';
import type { Store } from '../kubernetes/store.ts';
import type { Timeline } from '../timeline.ts';
import type { Deployments } from './deployments.ts';
import type { Pods } from './pods.ts';

export interface KubernetesParts {
  readonly store: Store;
  readonly api: KubernetesApi;
  readonly faults: Faults;
}

export interface Elbv2Parts {
  readonly elbv2: Elbv2;
  readonly api: AwsApi;
  readonly faults: Faults;
}

/** The controller's own calls to ELBv2, and what is wrong with them. */
export interface ControllerCallParts {
  readonly faults: Faults;
  readonly api: { readonly requests: readonly unknown[] };
}

export interface ClusterParts {
  readonly timeline: Timeline;
  readonly store: Store;
  readonly controller: Controller;
  readonly kubelet: Kubelet;
  readonly pods: Pods;
  readonly nodes: Nodes;
  readonly deployments: Deployments;
}

/** What runs in this process, as far as it can be controlled. Absent parts were not started. */
export interface Parts {
  readonly timeline: Timeline;
  readonly kubernetes?: KubernetesParts;
  readonly elbv2?: Elbv2Parts;
  readonly controllerCalls?: ControllerCallParts;
  readonly cluster?: ClusterParts;
}
