import type { Condition, Pod } from './objects.ts';
import type { DeletePodOptions, Store } from './store.ts';

/**
 * What the eviction subresource makes of `pod`: a deletion, and before it a condition that tells why. There are no
 * disruption budgets here, so it is never refused (apiserver: registry/core/pod/storage/eviction.go).
 */
export function evictPod(store: Store, pod: Pod, options: DeletePodOptions = {}): void {
  const { namespace, name } = pod.metadata;
  if (isDisrupted(pod)) store.put(withDisruptionTarget(pod, store.timestamp()));
  store.deletePod(namespace, name, options);
}

/** A pod that has not begun, ends already or has ended is only deleted (canIgnorePDB). */
function isDisrupted({ metadata, status }: Pod): boolean {
  return metadata.deletionTimestamp === undefined && (status.phase === 'Running' || status.phase === 'Unknown');
}

function withDisruptionTarget(pod: Pod, lastTransitionTime: string): Pod {
  const type = 'DisruptionTarget';
  const condition: Condition = { type, status: 'True', lastTransitionTime, reason: 'EvictionByEvictionAPI' };
  const others = pod.status.conditions.filter((other) => other.type !== type);
  return { ...pod, status: { ...pod.status, conditions: [...others, condition] } };
}
