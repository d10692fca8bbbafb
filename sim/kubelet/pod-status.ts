import type { Condition, Pod } from '../kubernetes/objects.ts';

/** As the kubelet first writes it: a pod that never was Ready is told by the equal times of its start and the condition. */
export function started(pod: Pod, now: string): Pod {
  const ready: Condition = { type: 'Ready', status: 'False', lastTransitionTime: now, reason: 'ContainersNotReady' };
  const others = pod.status.conditions.filter(({ type }) => type !== 'Ready');
  return { ...pod, status: { ...pod.status, phase: 'Running', startTime: now, conditions: [...others, ready] } };
}

export function withReady(pod: Pod, ready: boolean, now: string): Pod {
  const condition = { type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: now } as const;
  return withCondition(pod, ready ? condition : { ...condition, reason: 'ContainersNotReady' });
}

/** After a stop by the kubelet itself (kubelet: eviction/eviction_manager.go, nodeshutdown/). */
export function terminatedByKubelet(pod: Pod, reason: string, now: string): Pod {
  const failed: Pod = { ...pod, status: { ...pod.status, phase: 'Failed', reason } };
  return withCondition(withReady(failed, false, now), {
    type: 'DisruptionTarget',
    status: 'True',
    lastTransitionTime: now,
    reason: 'TerminationByKubelet',
  });
}

/** The same pod where the condition already has this status: its time tells of the last change. */
function withCondition(pod: Pod, condition: Condition): Pod {
  const { conditions } = pod.status;
  const known = conditions.find(({ type }) => type === condition.type);
  if (known?.status === condition.status) return pod;
  const others = conditions.filter((other) => other !== known);
  return { ...pod, status: { ...pod.status, conditions: [...others, condition] } };
}
