import { countMore, mostFrequentFirst } from '../../src/verify/counts.ts';
import type { Failure } from '../load/load.ts';
import { median } from '../statistics.ts';
import type { PodFate, RolloutResult } from './result.ts';

/** One number for each pod, told by two of them. */
export interface Spread {
  readonly median: number;
  readonly worst: number;
}

/** What a rollout comes to in numbers. Those of pods are undefined where no pod was replaced. */
export interface RolloutFigures {
  readonly sent: number;
  readonly failed: number;
  /** The most frequent first: `HTTP 502 12, HTTP 504 3`. Empty where nothing failed. */
  readonly failedByWhy: string;
  /** From the deletion of a pod to the SIGTERM of its application. */
  readonly sigtermAfterMs: Spread | undefined;
  /** How long a pod was held although the load balancer had really stopped routing to it. */
  readonly wastedMs: Spread | undefined;
  /** How long the load balancer went on routing to a pod that had got SIGTERM. */
  readonly routedAfterSigtermMs: Spread | undefined;
  /** Calls to ELBv2 for a pod. */
  readonly calls: Spread | undefined;
  /** Calls of the load balancer controller that were refused because of the rate. */
  readonly controllerThrottles: number;
  /** Pods whose grace period was over before they had ended. */
  readonly killed: number;
  readonly durationMs: number;
}

export function figuresOf(result: RolloutResult): RolloutFigures {
  const { sent, failures, pods, controllerThrottles, durationMs } = result;
  return {
    sent,
    failed: failures.length,
    failedByWhy: countByWhy(failures),
    sigtermAfterMs: spread(pods.map((pod) => pod.sigtermAtMs - pod.deletedAtMs)),
    wastedMs: spread(pods.map((pod) => Math.max(0, pod.sigtermAtMs - pod.routedUntilMs))),
    routedAfterSigtermMs: spread(pods.map(routedAfterSigtermMs)),
    calls: spread(pods.map((pod) => pod.calls)),
    controllerThrottles,
    killed: pods.filter((pod) => pod.killed).length,
    durationMs,
  };
}

function routedAfterSigtermMs({ routedUntilMs, sigtermAtMs }: PodFate): number {
  return Math.max(0, routedUntilMs - sigtermAtMs);
}

function spread(values: readonly number[]): Spread | undefined {
  const middle = median(values);
  return middle === undefined ? undefined : { median: middle, worst: Math.max(...values) };
}

function countByWhy(failures: readonly Failure[]): string {
  const counts = new Map<string, number>();
  for (const { why } of failures) countMore(counts, why);
  return mostFrequentFirst(counts)
    .map(([why, count]) => `${why} ${count}`)
    .join(', ');
}
