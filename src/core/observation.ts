import { addGroups, type GroupObservation, type GroupState, seeGroup } from './group.ts';
import type { OwnPod, PodRef, PriorKnowledge } from './ports.ts';
import type { GroupTargets } from './target.ts';

/** What the hold knows of its pod. */
export type PodKnowledge =
  | { readonly kind: 'unread' }
  | { readonly kind: 'unreadable' }
  /** `askedAtMs` is when the read was begun. */
  | { readonly kind: 'read'; readonly pod: OwnPod; readonly askedAtMs: number }
  /** Force-deleted: the object has gone, and the kubelet goes on with what it knew last. */
  | { readonly kind: 'gone'; readonly pod: OwnPod };

export interface HoldState {
  /** Arrival of the first call on the monotonic clock, ms. */
  readonly startedAtMs: number;
  readonly pod: PodKnowledge;
  /** The pod as this process read it before the hold. */
  readonly podBefore: OwnPod | undefined;
  /** Whether every source of targets has been read to its end. */
  readonly discovered: boolean;
  readonly groups: readonly GroupState[];
  /** Targets that are terminating now and share the account's calls, as far as is known, this pod's own among them. */
  readonly terminatingTargets: number;
}

/** Everything that can be learned during a hold. */
export type Observation =
  | { readonly kind: 'pod-read'; readonly pod: OwnPod; readonly askedAtMs: number }
  | { readonly kind: 'pod-gone'; readonly pod: OwnPod }
  | { readonly kind: 'pod-unreadable' }
  | {
      readonly kind: 'targets-found';
      readonly groups: readonly GroupTargets[];
      readonly complete: boolean;
      readonly terminatingTargets: number;
    }
  | { readonly kind: 'fleet-counted'; readonly terminatingTargets: number }
  | GroupObservation;

export function beginHold(startedAtMs: number, known: PriorKnowledge): HoldState {
  return {
    startedAtMs,
    pod: { kind: 'unread' },
    podBefore: known.pod,
    discovered: false,
    groups: addGroups([], known.groups),
    terminatingTargets: 1,
  };
}

/** The state after an observation at `nowMs`. */
export function observe(state: HoldState, observation: Observation, nowMs: number): HoldState {
  switch (observation.kind) {
    case 'pod-read':
      return { ...state, pod: { kind: 'read', pod: observation.pod, askedAtMs: observation.askedAtMs } };
    case 'pod-gone':
      return { ...state, pod: { kind: 'gone', pod: observation.pod } };
    case 'pod-unreadable':
      return state.pod.kind === 'unread' ? { ...state, pod: { kind: 'unreadable' } } : state;
    case 'targets-found':
      return {
        ...state,
        discovered: observation.complete,
        groups: addGroups(state.groups, observation.groups),
        terminatingTargets: observation.terminatingTargets,
      };
    case 'fleet-counted':
      return { ...state, terminatingTargets: observation.terminatingTargets };
    default:
      return {
        ...state,
        groups: state.groups.map((group) =>
          group.key === observation.key ? seeGroup(group, observation, nowMs, nowMs - state.startedAtMs) : group,
        ),
      };
  }
}

/** The pod with its UID, where the downward API did not give it and a read has. */
export function identified(ref: PodRef, pod: PodKnowledge): PodRef {
  return { ...ref, uid: ref.uid ?? lastRead(pod)?.uid };
}

/** The pod as it was last read; undefined where it never was. */
export function lastRead(pod: PodKnowledge): OwnPod | undefined {
  return pod.kind === 'read' || pod.kind === 'gone' ? pod.pod : undefined;
}
