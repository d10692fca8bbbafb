import type { Pod } from '../../sim/kubernetes/objects.ts';
import type { PodFate } from '../../sim/rollout/result.ts';
import { SIDECAR_NAME } from '../../src/workload/sidecar.ts';
import type { AwsSide } from '../aws-side.ts';

/** Whether each of these pods' sidecars has done its start-up check: it shares the node with the load. */
export function areCalm({ diary }: Pick<AwsSide, 'diary'>, pods: readonly Pod[]): boolean {
  return pods.every(({ metadata }) =>
    diary.lines(metadata.uid, SIDECAR_NAME).some(({ fields }) => fields['msg'] === 'start-up check'),
  );
}

/** Whether all the old pods have ended, and so many new ones are Ready. `present`: all that there are, old or new. */
export function isRolledOut(
  { timeline }: Pick<AwsSide, 'timeline'>,
  old: readonly Pod[],
  present: readonly Pod[],
  replicas: number,
): boolean {
  const ended = timeline.moments.filter(({ what }) => what === 'pod ended').map(({ fields }) => fields['uid']);
  const fresh = present.filter(({ metadata }) => !old.some((pod) => pod.metadata.uid === metadata.uid));
  return old.every(({ metadata }) => ended.includes(metadata.uid)) && fresh.filter(isReady).length === replicas;
}

function isReady({ status }: Pod): boolean {
  return status.conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
}

/** On a busy machine the watch tells of a deletion after the application has got SIGTERM, which it notes by itself. */
export function inOrder(fate: PodFate): PodFate {
  return fate.sigtermAtMs < fate.deletedAtMs ? { ...fate, deletedAtMs: fate.sigtermAtMs } : fate;
}
