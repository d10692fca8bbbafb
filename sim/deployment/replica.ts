import type { Change } from '../kubernetes/store.ts';

/** Names one pod of a Deployment before it runs. */
export interface PodIdentity {
  readonly namespace: string;
  readonly name: string;
  readonly node: string;
  /** 1 for the pods of the first revision. */
  readonly revision: number;
  /** `app` with the name of the Deployment, and `pod-template-hash`, which differs from revision to revision. */
  readonly labels: Readonly<Record<string, string>>;
}

/** `starting`: not yet in the API. `terminating`: deleted, or about to be, or failed; there until its last process has ended. */
export type ReplicaState = 'starting' | 'not-ready' | 'ready' | 'terminating';

/** What a Deployment knows of one of its pods. */
export interface Replica {
  readonly identity: PodIdentity;
  /** The younger the greater. */
  readonly order: number;
  state: ReplicaState;
  /** On the simulated clock; undefined while it is not Ready. */
  readyAtMs: number | undefined;
  isInApi: boolean;
  /** No process of it is left, or it never had one. */
  hasEnded: boolean;
}

export function newReplica(identity: PodIdentity, order: number): Replica {
  const state: ReplicaState = 'starting';
  return { identity, order, state, readyAtMs: undefined, isInApi: false, hasEnded: false };
}

/**
 * Only active pods count for anything: not those that are deleted or have come to an end, however long their processes
 * go on (kubernetes: controller/controller_utils.go, IsPodActive).
 */
export function isActive({ state }: Replica): boolean {
  return state !== 'terminating';
}

/** Writes down what `change` of its pod tells. A pod that terminates never comes back. */
export function observe(replica: Replica, { type, object }: Change, nowMs: number): void {
  if (object.kind !== 'Pod') return;
  const { metadata, status } = object;
  replica.isInApi = type !== 'removed' && status.phase !== 'Failed' && status.phase !== 'Succeeded';
  if (!isActive(replica)) return;
  const isReady = status.conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True');
  replica.readyAtMs = isReady ? (replica.readyAtMs ?? nowMs) : undefined;
  if (!replica.isInApi || metadata.deletionTimestamp !== undefined) replica.state = 'terminating';
  else replica.state = isReady ? 'ready' : 'not-ready';
}

const STATES: readonly ReplicaState[] = ['starting', 'not-ready', 'ready', 'terminating'];

/**
 * `replicas` in the order in which a scale-in takes them: those that are not Ready, those whose node has most pods of
 * `active`, those that were Ready last, the youngest (kubernetes: controller/controller_utils.go, ActivePodsWithRanks;
 * there, pods of about the same age come in a random order).
 */
export function inDeletionOrder(replicas: readonly Replica[], active: readonly Replica[]): readonly Replica[] {
  const onNode = new Map<string, number>();
  for (const { identity } of active) onNode.set(identity.node, (onNode.get(identity.node) ?? 0) + 1);
  const rank = ({ identity }: Replica) => onNode.get(identity.node) ?? 0;
  return replicas.toSorted(
    (a, b) =>
      STATES.indexOf(a.state) - STATES.indexOf(b.state) ||
      rank(b) - rank(a) ||
      (b.readyAtMs ?? 0) - (a.readyAtMs ?? 0) ||
      b.order - a.order,
  );
}
