import type { Pod } from '../sim/kubernetes/objects.ts';
import type { HoldSummary } from '../src/core/outcome.ts';
import { SIDECAR_NAME } from '../src/workload/sidecar.ts';
import { wasKilled } from './aws-side/terminations.ts';
import type { AwsSide } from './aws-side.ts';

/** What became of a pod that has ended. Times are ms of the timeline; what has not happened is absent. */
export interface Fate {
  readonly deletedAtMs: number | undefined;
  /** When its first target was seen draining. */
  readonly deregisteredAtMs: number | undefined;
  /** When the last load balancer stopped to send it requests. */
  readonly routedUntilMs: number | undefined;
  /** By main container. */
  readonly sigtermAtMs: ReadonlyMap<string, number>;
  /** What the sidecar said of the hold; undefined where it never said anything. */
  readonly hold: HoldSummary | undefined;
  /** The messages of its log that are warnings or errors, in order. */
  readonly warnings: readonly string[];
  /** The sidecar's calls to ELBv2. */
  readonly calls: number;
  /** Containers that were killed, because the grace period was over or for their memory. */
  readonly killed: readonly string[];
}

export function fateOf({ timeline, diary, callsOf }: AwsSide, { metadata, status }: Pod): Fate {
  const mine = timeline.moments.filter(({ fields }) => fields['uid'] === metadata.uid);
  const ips: readonly unknown[] = (status.podIPs ?? []).map(({ ip }) => ip);
  const targets = timeline.moments.filter(({ fields }) => ips.includes(fields['ip']));
  const terms = mine.filter(({ what }) => what === 'sends SIGTERM');
  const log = diary.lines(metadata.uid, SIDECAR_NAME).map(({ fields }) => fields);
  return {
    deletedAtMs: mine.find(({ what }) => what === 'pod deleted')?.atMs,
    deregisteredAtMs: targets.find(({ actor, fields }) => actor === 'elbv2' && fields['state'] === 'draining')?.atMs,
    routedUntilMs: targets.findLast(({ what }) => what === 'stops routing')?.atMs,
    sigtermAtMs: new Map(terms.map(({ atMs, fields }) => [String(fields['container']), atMs])),
    hold: log.find(({ msg }) => msg === 'hold released') as HoldSummary | undefined,
    warnings: log.filter(({ level }) => level === 'warn' || level === 'error').map(({ msg }) => String(msg)),
    calls: callsOf(metadata.name).length,
    killed: diary.terminations
      .filter((end) => end.uid === metadata.uid && wasKilled(end))
      .map(({ container, reason }) => `${container} (${reason})`),
  };
}
