import { rfc3339 } from './builders.ts';
import type { Pod } from './objects.ts';

/**
 * What a delete call makes of `pod`: the same pod where nothing changes, and deletionGracePeriodSeconds 0 where the object
 * goes at once (apiserver: registry/rest/delete.go, registry/core/pod/strategy.go).
 */
export function markDeleted(pod: Pod, gracePeriodSeconds: number | undefined, wallNowMs: number): Pod {
  const asked = gracePeriodSeconds !== undefined && gracePeriodSeconds < 0 ? 1 : gracePeriodSeconds;
  const { deletionTimestamp, deletionGracePeriodSeconds } = pod.metadata;
  if (deletionTimestamp === undefined || deletionGracePeriodSeconds === undefined) {
    const hasEnded = pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed';
    const grace = hasEnded ? 0 : (asked ?? pod.spec.terminationGracePeriodSeconds);
    return withDeletion(pod, grace, wallNowMs + grace * 1_000);
  }
  if (asked === undefined || asked >= deletionGracePeriodSeconds) return pod;
  if (asked === 0) return withDeletion(pod, 0, wallNowMs);
  const endsAt = Date.parse(deletionTimestamp) - (deletionGracePeriodSeconds - asked) * 1_000;
  return endsAt > wallNowMs ? withDeletion(pod, asked, endsAt) : withDeletion(pod, 1, wallNowMs + 1_000);
}

function withDeletion(pod: Pod, deletionGracePeriodSeconds: number, endsAtMs: number): Pod {
  const metadata = { ...pod.metadata, deletionTimestamp: rfc3339(endsAtMs), deletionGracePeriodSeconds };
  return { ...pod, metadata };
}
