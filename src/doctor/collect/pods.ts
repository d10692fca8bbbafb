import type { V1Pod } from '@kubernetes/client-node';
import type { Json } from '../../core/json.ts';
import type { Resource } from './ports.ts';

type Pod = Json<V1Pod>;
type OwnerResource = Extract<Resource, `${string}.apps`>;

/** What makes pods. */
export interface OwnerRef {
  readonly resource: OwnerResource;
  readonly name: string;
}

/** Pods of the same owner and template; one of them is looked at. */
export interface PodGroup {
  readonly pod: Pod;
  /** All of them that are neither ending nor over, in the order of their names. */
  readonly alike: readonly string[];
}

export function nameOf({ metadata }: { readonly metadata?: { readonly name?: string } }): string {
  return metadata?.name ?? '';
}

/** What is neither ending nor over, in groups of the same template; the newest that runs stands for its group. */
export function groupPods(pods: readonly Pod[]): readonly PodGroup[] {
  const groups = Map.groupBy(pods.filter(isLiving), templateOf);
  return [...groups.values()].map((group) => ({
    pod: group.reduce(better),
    alike: group.map(nameOf).sort(),
  }));
}

function isLiving({ metadata, status }: Pod): boolean {
  return metadata?.deletionTimestamp === undefined && status?.phase !== 'Succeeded' && status?.phase !== 'Failed';
}

/** A ReplicaSet has one template; a StatefulSet and a DaemonSet mark theirs with a label. A pod of nobody is like no other. */
function templateOf(pod: Pod): string {
  const { kind, name } = controllerOf(pod) ?? { kind: 'Pod', name: nameOf(pod) };
  return [kind, name, pod.metadata?.labels?.['controller-revision-hash'] ?? ''].join('/');
}

function better(a: Pod, b: Pod): Pod {
  if (runs(a) !== runs(b)) return runs(a) ? a : b;
  return (b.metadata?.creationTimestamp ?? '') > (a.metadata?.creationTimestamp ?? '') ? b : a;
}

function runs({ status }: Pod): boolean {
  return status?.phase === 'Running';
}

function controllerOf({ metadata }: Pod) {
  return metadata?.ownerReferences?.find(({ controller }) => controller === true);
}

/** Undefined where it is of another kind, or of nobody. */
export function ownerOf(pod: Pod): OwnerRef | undefined {
  const controller = controllerOf(pod);
  switch (controller?.kind) {
    case 'ReplicaSet':
      return deploymentOf(controller.name, pod.metadata?.labels?.['pod-template-hash']);
    case 'StatefulSet':
      return { resource: 'statefulsets.apps', name: controller.name };
    case 'DaemonSet':
      return { resource: 'daemonsets.apps', name: controller.name };
    default:
      return undefined;
  }
}

/** A Deployment names its ReplicaSets by itself and the hash that it labels their pods with (kubernetes: deployment/sync.go). */
function deploymentOf(replicaSet: string, hash: string | undefined): OwnerRef | undefined {
  if (hash === undefined || !replicaSet.endsWith(`-${hash}`)) return undefined;
  return { resource: 'deployments.apps', name: replicaSet.slice(0, -hash.length - 1) };
}
