import type { HoldEvent } from './journal.ts';
import { type HoldSummary, REASONS, type TargetSummary } from './outcome.ts';
import type { PodRef } from './ports.ts';
import { groupWords, hostWords, seconds } from './words.ts';

/** A Kubernetes Event on a pod, as far as it is ours to say. */
export interface PodEvent {
  readonly type: 'Normal' | 'Warning';
  /** What scripts look for: one of `POD_EVENTS`, or that of a reason in `REASONS`. */
  readonly reason: string;
  /** What was being done. */
  readonly action: 'Check' | 'Hold' | 'Release';
  /** One line that a person understands. */
  readonly note: string;
}

/** Where such Events go. */
export interface PodEvents {
  /** Rejects with an ApiError, and soon after an abort. */
  write(pod: PodRef, event: PodEvent, signal: AbortSignal): Promise<void>;
}

/** The Events that are no release; those of a release stand with its reason in `REASONS`. */
export const POD_EVENTS = {
  misconfigured: { type: 'Warning', reason: 'DrainWaitMisconfigured', action: 'Check' },
  holding: { type: 'Normal', reason: 'DrainWaitHolding', action: 'Hold' },
  cutShort: { type: 'Warning', reason: 'DrainWaitCutShort', action: 'Hold' },
} as const;

/** What Kubernetes is told of this part of a hold; undefined where it is for the log only. */
export function toPodEvent(event: HoldEvent): PodEvent | undefined {
  switch (event.kind) {
    case 'hold-started': {
      const begin = event.observed === true ? 'Observing: would hold' : 'Holding';
      const note = `${begin} SIGTERM until no load balancer sends requests to this pod any more, for at most ${seconds(event.deadlineInMs)}`;
      return { ...POD_EVENTS.holding, note };
    }
    case 'released': {
      const { summary } = event;
      const { event: told } = REASONS[summary.reason];
      if (told === undefined) return undefined;
      return { ...told, action: 'Release', note: `${heldWords(summary)}${releaseWords(summary)}` };
    }
    case 'cut-short': {
      const type = event.observed === true ? 'Normal' : POD_EVENTS.cutShort.type;
      const note = `${heldWords(event)} when told to stop: ${targetsWords(event.targets)}`;
      return { ...POD_EVENTS.cutShort, type, note };
    }
    default:
      return undefined;
  }
}

function heldWords({ heldMs, observed }: { readonly heldMs: number; readonly observed?: true }): string {
  return `${observed === true ? 'Would have held' : 'Held'} SIGTERM for ${seconds(heldMs)}`;
}

/** What Kubernetes is told where holds will not work as they should, for each of these reasons. */
export function misconfigured(problems: readonly string[]): PodEvent {
  return { ...POD_EVENTS.misconfigured, note: problems.join('; ') };
}

/** Goes on after "Held SIGTERM for 24.1 s". */
function releaseWords({ reason, targets, forceDeleted }: HoldSummary): string {
  const after = forceDeleted === true ? '; the pod was force-deleted' : '';
  switch (reason) {
    case 'not-a-target':
      return `: no target group has this pod${after}`;
    case 'fallback':
      return ` by the clock, for lack of sight: ${targetsWords(targets)}${after}`;
    case 'deadline':
      return `, as long as the grace period allows: ${targetsWords(targets)}${after}`;
    default:
      return `: ${targetsWords(targets)}${after}`;
  }
}

function targetsWords(targets: readonly TargetSummary[]): string {
  if (targets.length === 0) return 'no target found';
  return targets.map((target) => `${nameOf(target, targets)} ${stateWords(target)}${failureWords(target)}`).join('; ');
}

/** The address only where the group has more than one target of this pod. */
function nameOf({ targetGroup, loadBalancer, ip, port }: TargetSummary, all: readonly TargetSummary[]): string {
  const name = groupWords(targetGroup, loadBalancer);
  if (all.filter((other) => other.targetGroup === targetGroup).length === 1) return name;
  return `${name} ${hostWords(ip)}${port === undefined ? '' : `:${port}`}`;
}

function stateWords({ state, states, lagMs, settleMs = 0 }: TargetSummary): string {
  const last = states.at(-1)?.state;
  if (state === 'unknown') return 'never seen';
  if (lagMs === undefined || state === 'registered') return `still registered${last === undefined ? '' : ` (${last})`}`;
  const left = `${states.some((seen) => seen.state.startsWith('draining')) ? 'draining' : 'not registered'} after ${seconds(lagMs)}`;
  if (state !== 'settled') return `${left}, not settled after ${seconds(settleMs)}`;
  return settleMs === 0 ? left : `${left}, settled ${seconds(settleMs)}`;
}

function failureWords({ calls, throttles, errors }: TargetSummary): string {
  if (throttles + errors === 0) return '';
  return ` (${throttles + errors} of ${calls} calls failed, ${throttles} of them throttled)`;
}
