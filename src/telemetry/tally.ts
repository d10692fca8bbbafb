import { type CallCounts, NO_CALLS } from '../core/calls.ts';
import type { CutShort } from '../core/journal.ts';
import type { TargetSummary } from '../core/outcome.ts';
import type { PodRef } from '../core/ports.ts';
import { podName } from '../core/words.ts';
import { elbv2Calls } from './elbv2-calls.ts';

/** What a hold shows while it goes on. */
export type Progress = Pick<CutShort, 'pod' | 'targets' | 'kubernetes'>;

interface News {
  /** The targets that were seen to leave. */
  readonly lags: readonly { readonly targetGroup: string; readonly lagMs: number }[];
  readonly elbv2: CallCounts;
  readonly kubernetes: CallCounts;
}

/** Looks at holds again and again, and tells each thing once. */
export interface Tally {
  /** What has come to the hold since it was looked at last. */
  readonly since: (progress: Progress) => News;
  /** The hold has ended: the pod's next one is another. */
  readonly close: (pod: PodRef) => void;
}

export function createTally(): Tally {
  // By name: the UID of a started hold may become known only later.
  const holds = new Map<string, { targets: readonly string[]; elbv2: CallCounts; kubernetes: CallCounts }>();
  return {
    since({ pod, targets, kubernetes }) {
      const before = holds.get(podName(pod)) ?? { targets: [], elbv2: NO_CALLS, kubernetes: NO_CALLS };
      const elbv2 = elbv2Calls(targets);
      // The first lag of a target counts, even where it comes back and leaves once more.
      const left = targets.filter(hasLag).filter((target) => !before.targets.includes(nameOf(target)));
      holds.set(podName(pod), { targets: [...before.targets, ...left.map(nameOf)], elbv2, kubernetes });
      return {
        lags: left,
        elbv2: difference(elbv2, before.elbv2),
        kubernetes: difference(kubernetes, before.kubernetes),
      };
    },
    close: (pod) => void holds.delete(podName(pod)),
  };
}

function hasLag(target: TargetSummary): target is TargetSummary & { readonly lagMs: number } {
  return target.lagMs !== undefined;
}

function nameOf({ targetGroup, ip, port }: TargetSummary): string {
  return `${targetGroup} ${ip} ${port}`;
}

/** Never less than nothing: two target groups may turn out to be one when their names are resolved. */
function difference(now: CallCounts, before: CallCounts): CallCounts {
  return {
    calls: Math.max(0, now.calls - before.calls),
    throttles: Math.max(0, now.throttles - before.throttles),
    errors: Math.max(0, now.errors - before.errors),
    apiMs: Math.max(0, now.apiMs - before.apiMs),
  };
}
