import type { Discovery } from './discover.ts';
import type { ApiError } from './errors.ts';
import type { TargetState } from './group.ts';
import type { EndpointKnowledge, HoldState } from './observation.ts';
import type { HoldSummary } from './outcome.ts';
import type { PodRef } from './ports.ts';
import { groupName, type TargetAddress } from './target.ts';

/** A target as people name it: its group (ARN or name), IP and port. */
export interface NamedTarget extends TargetAddress {
  readonly targetGroup: string;
}

/** What a hold has to tell while it goes on. `observed` as in the summary: nobody waits for it. */
export type HoldEvent =
  | { readonly kind: 'hold-started'; readonly pod: PodRef; readonly deadlineInMs: number; readonly observed?: true }
  | { readonly kind: 'pod-unreadable'; readonly error: ApiError }
  | { readonly kind: 'pod-gone'; readonly error: ApiError }
  | { readonly kind: 'deadline-changed'; readonly deadlineInMs: number }
  /** `known` is how many target groups were followed already. */
  | { readonly kind: 'discovered'; readonly discovery: Discovery; readonly known: number }
  /** The controller will not deregister the pod in time: see `undrainable` of a Discovery. */
  | { readonly kind: 'undrainable'; readonly services: readonly string[] }
  /** Nothing says that the pod is being deleted, so ELBv2 is not asked until something does. */
  | { readonly kind: 'deletion-unseen'; readonly endpoint: EndpointKnowledge }
  | { readonly kind: 'call-failed'; readonly targetGroup: string; readonly error: ApiError }
  | { readonly kind: 'port-followed'; readonly target: NamedTarget; readonly insteadOfPort: number }
  | { readonly kind: 'target-changed'; readonly target: NamedTarget; readonly state: string; readonly atMs: number }
  | { readonly kind: 'released'; readonly pod: PodRef; readonly summary: HoldSummary }
  /** The process was told to stop while the hold went on: by a forced deletion or the end of the grace period. */
  | CutShort;

/** How far a hold has come that has not ended. The fields are those of the summary. */
export interface CutShort extends Pick<HoldSummary, 'heldMs' | 'observed' | 'kubernetes' | 'targets'> {
  readonly kind: 'cut-short';
  readonly pod: PodRef;
}

/** Takes what a hold tells. Must not throw and must not wait. */
export type Journal = (event: HoldEvent) => void;

/** One journal that tells each of these. */
export function tellAll(journals: readonly Journal[]): Journal {
  return (event) => {
    for (const journal of journals) journal(event);
  };
}

/** Why such a hold ends at the deadline, and what to do (endpointslice controller: such a pod counts as ready until its end). */
export const UNDRAINABLE =
  'Service with publishNotReadyAddresses: the controller deregisters the pod only when its containers have ended; unset it, or use another Service';

/** Why a hold goes by the clock although it knows the targets. */
export const DELETION_UNSEEN =
  'nothing says that the pod is being deleted: ELBv2 is not asked until something does, and the hold goes by the clock';

/** What changed for the targets from one state to the next. */
export function targetEvents(before: HoldState, after: HoldState): readonly HoldEvent[] {
  // An observation is of one group, and there may be thousands: the others are the same objects as before.
  const unchanged = new Set(before.groups);
  const changed = after.groups.filter((group) => !unchanged.has(group));
  return changed.flatMap((group) => {
    const known = before.groups.find(({ key }) => key === group.key)?.targets ?? [];
    const name = (target: TargetState): NamedTarget => ({
      targetGroup: groupName(group.ref),
      ip: target.ip,
      port: target.port,
    });
    return group.targets.flatMap((target): readonly HoldEvent[] => {
      const previous = known.find(({ ip, port }) => ip === target.ip && port === target.port);
      const latest = target.states.at(-1);
      if (latest === undefined || latest === previous?.states.at(-1)) return [];
      const news = { kind: 'target-changed', target: name(target), ...latest } as const;
      const { insteadOfPort } = target;
      if (previous !== undefined || insteadOfPort === undefined) return [news];
      return [{ kind: 'port-followed', target: name(target), insteadOfPort }, news];
    });
  });
}
