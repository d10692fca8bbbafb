import type { IntOrString } from '../kubernetes/objects.ts';

export interface RollingUpdate {
  /** Pods above the wanted number; a share is rounded up. Absent: 25%. */
  readonly maxSurge?: IntOrString;
  /** Pods below the wanted number; a share is rounded down. Absent: 25%. */
  readonly maxUnavailable?: IntOrString;
}

export interface Limits {
  readonly replicas: number;
  /** More pods than that there shall not be; those that terminate do not count. */
  readonly maxTotal: number;
  /** No Ready pod is deleted where fewer than that would be left. */
  readonly minAvailable: number;
}

/** All pods of one revision, as the deployment controller sees them. */
export interface ReplicaSet {
  /** How many there shall be: `spec.replicas`. */
  readonly wanted: number;
  /** How many are Ready: `status.availableReplicas`. Terminating pods are in no number. */
  readonly available: number;
}

/**
 * Throws where a number is neither whole nor, if it is a limit, a percentage. Both limits 0 would stop every rollout, so then one pod
 * may be unavailable (kubernetes: controller/deployment/util/deployment_util.go, ResolveFenceposts).
 */
export function limitsOf(replicas: number, { maxSurge = '25%', maxUnavailable = '25%' }: RollingUpdate): Limits {
  if (!isWhole(replicas)) {
    throw new Error(`Cannot scale as 'replicas' must be a whole number: current value is ${replicas}`);
  }
  const surge = resolve('maxSurge', maxSurge, replicas, Math.ceil);
  const unavailable = resolve('maxUnavailable', maxUnavailable, replicas, Math.floor);
  const effective = surge === 0 && unavailable === 0 ? 1 : unavailable;
  return { replicas, maxTotal: replicas + surge, minAvailable: Math.max(0, replicas - effective) };
}

function resolve(name: string, value: IntOrString, replicas: number, round: (share: number) => number): number {
  if (isWhole(value)) return value;
  const [, percent] = /^(\d+)%$/.exec(String(value)) ?? [];
  if (percent !== undefined) return round((Number(percent) * replicas) / 100);
  throw new Error(`Cannot roll out as '${name}' must be a whole number or a percentage: current value is ${value}`);
}

function isWhole(value: IntOrString): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}

/**
 * How many pods each of `sets` shall have next, oldest first, the last one the newest. One step: what it comes to tells
 * what the next step may do (kubernetes: controller/deployment/rolling.go, rolloutRolling).
 */
export function nextSizes(sets: readonly ReplicaSet[], limits: Limits): readonly number[] {
  const sizes = sets.map(({ wanted }) => wanted);
  const newest = sets.at(-1);
  if (newest === undefined) return sizes;
  const size = newestSize(newest.wanted, sum(sizes), limits);
  if (size !== newest.wanted) return sizes.with(-1, size);
  return [...oldSizes(sets.slice(0, -1), newest, limits), newest.wanted];
}

/** reconcileNewReplicaSet, NewRSNewReplicas. */
function newestSize(wanted: number, total: number, { replicas, maxTotal }: Limits): number {
  if (wanted >= replicas) return replicas;
  return wanted + Math.min(Math.max(0, maxTotal - total), replicas - wanted);
}

/** reconcileOldReplicaSets: pods that are not Ready go first, for nobody misses them. */
function oldSizes(old: readonly ReplicaSet[], newest: ReplicaSet, { minAvailable }: Limits): readonly number[] {
  const total = sum([...old, newest].map(({ wanted }) => wanted));
  const removable = total - minAvailable - (newest.wanted - newest.available);
  if (removable <= 0) return old.map(({ wanted }) => wanted);
  const cleaned = shrink(old, removable, ({ wanted, available }) => wanted - available);
  const available = sum([...old, newest].map((set) => set.available));
  return shrink(cleaned, available - minAvailable, ({ wanted }) => wanted).map(({ wanted }) => wanted);
}

/** Takes `count` pods from `sets`, the first ones first, and at most as many from each as `most` says. */
function shrink(sets: readonly ReplicaSet[], count: number, most: (set: ReplicaSet) => number): readonly ReplicaSet[] {
  let left = Math.max(0, count);
  return sets.map((set) => {
    const fewer = Math.min(left, most(set));
    left -= fewer;
    return { ...set, wanted: set.wanted - fewer };
  });
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
