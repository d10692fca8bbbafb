import { NO_CALLS } from './calls.ts';
import { addGroups, type GroupObservation, type GroupState, seeGroup } from './group.ts';
import type { OwnPod, PodRef, PriorKnowledge } from './ports.ts';
import type { HookOrigin } from './request.ts';
import type { GroupTargets } from './target.ts';

/** What the hold knows of its pod. */
export type PodKnowledge =
  | { readonly kind: 'unread' }
  | { readonly kind: 'unreadable' }
  /** `askedAtMs` is when the read was begun. */
  | { readonly kind: 'read'; readonly pod: OwnPod; readonly askedAtMs: number }
  /** Force-deleted: the object has gone, and the kubelet goes on with what it knew last. */
  | { readonly kind: 'gone'; readonly pod: OwnPod };

/** What the EndpointSlices say of the pod; `unknown` where they cannot be read, or do not list it. */
export type EndpointKnowledge = 'unasked' | 'unknown' | 'serving' | 'terminating';

export interface HoldState {
  /** Arrival of the first call on the monotonic clock, ms. */
  readonly startedAtMs: number;
  /** Whether a caller was, as far as can be told, the kubelet: see `HookOrigin`. */
  readonly calledByNode: boolean;
  /** When anything first said that the pod is being deleted; undefined where nothing has. */
  readonly deletionSeenAtMs: number | undefined;
  readonly pod: PodKnowledge;
  /** The pod as this process read it before the hold. */
  readonly podBefore: OwnPod | undefined;
  readonly endpoint: EndpointKnowledge;
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
      readonly endpoint: EndpointKnowledge;
    }
  | { readonly kind: 'called-by-node' }
  | { readonly kind: 'fleet-counted'; readonly terminatingTargets: number }
  | GroupObservation;

export function beginHold(startedAtMs: number, origin: HookOrigin, known: PriorKnowledge): HoldState {
  return {
    startedAtMs,
    calledByNode: origin === 'node',
    deletionSeenAtMs: undefined,
    pod: { kind: 'unread' },
    podBefore: known.pod,
    endpoint: 'unasked',
    discovered: false,
    groups: addGroups([], known.groups),
    terminatingTargets: 1,
  };
}

/** The state of a hold that goes on for those whose time is not up: what was seen before they came was so when they came. */
export function continueHold(before: HoldState, startedAtMs: number, origin: HookOrigin): HoldState {
  const laterMs = startedAtMs - before.startedAtMs;
  const groups = before.groups.map((group) => ({
    ...group,
    // Those until now are the other hold's.
    calls: NO_CALLS,
    targets: group.targets.map((target) => ({
      ...target,
      states: target.states.map(({ state, atMs }) => ({ state, atMs: Math.max(0, atMs - laterMs) })),
    })),
  }));
  return { ...before, startedAtMs, calledByNode: origin === 'node', groups };
}

/** The state after an observation at `nowMs`. */
export function observe(before: HoldState, observation: Observation, nowMs: number): HoldState {
  const after = learn(before, observation, nowMs);
  return after.deletionSeenAtMs === undefined && isBeingDeleted(after) ? { ...after, deletionSeenAtMs: nowMs } : after;
}

function isBeingDeleted({ pod, endpoint }: HoldState): boolean {
  return pod.kind === 'gone' || (pod.kind === 'read' && pod.pod.terminating) || endpoint === 'terminating';
}

function learn(state: HoldState, observation: Observation, nowMs: number): HoldState {
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
        endpoint: observation.endpoint,
      };
    case 'called-by-node':
      return { ...state, calledByNode: true };
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
