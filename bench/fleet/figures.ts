import { median, percentile } from '../../sim/statistics.ts';
import type { AwsCall } from './aws.ts';
import type { FleetPod } from './pod.ts';
import type { FleetWorld } from './world.ts';

/** What became of a fleet with one strategy. Times are ms; of several pods the median and the worst, or the 95th of 100. */
export interface FleetFigures {
  /** How many pods were let go for each reason. */
  readonly reasons: Readonly<Record<string, number>>;
  /** Pods that got SIGTERM while the load balancer still sent new requests to them. */
  readonly early: number;
  /** How long it did so, for the worst of them. */
  readonly routedAfterSigtermMs: number;
  readonly sigtermAfter: Spread;
  /** Held after the load balancer had stopped. */
  readonly wasted: Spread;
  readonly calls: Spread;
  readonly busiestSecond: number;
  readonly podCalls: Share;
  readonly controllerCalls: Share;
  /** From the moment at which the controller heard of a pod until its deregistration. */
  readonly deregisteredAfter: Spread;
}

export interface Spread {
  readonly median: number;
  readonly p95: number;
  readonly worst: number;
}

/** Calls, and how many of them were refused for the rate. */
export interface Share {
  readonly made: number;
  readonly throttled: number;
}

export function figuresOf({ pods, podCalls, controllerCalls }: FleetWorld): FleetFigures {
  const after = pods.map(({ sigtermAtMs, routedUntilMs }) => sigtermAtMs - routedUntilMs);
  return {
    reasons: countReasons(pods),
    early: after.filter((ms) => ms < 0).length,
    routedAfterSigtermMs: Math.max(0, ...after.map((ms) => -ms)),
    sigtermAfter: spreadOf(pods.map(({ sigtermAtMs, deletedAtMs }) => sigtermAtMs - deletedAtMs)),
    wasted: spreadOf(after.map((ms) => Math.max(0, ms))),
    calls: spreadOf(pods.map(({ calls }) => calls)),
    busiestSecond: Math.max(0, ...callsBySecond(podCalls)),
    podCalls: shareOf(podCalls),
    controllerCalls: shareOf(controllerCalls),
    deregisteredAfter: spreadOf(
      pods.map(({ deregisteredAtMs, deletedAtMs, lagMs }) => deregisteredAtMs - deletedAtMs - lagMs),
    ),
  };
}

function countReasons(pods: readonly FleetPod[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { reason } of pods) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
}

function spreadOf(values: readonly number[]): Spread {
  return {
    median: median(values) ?? Number.NaN,
    p95: percentile(values, 95) ?? Number.NaN,
    worst: Math.max(...values),
  };
}

function shareOf(calls: readonly AwsCall[]): Share {
  return { made: calls.length, throttled: calls.filter(({ throttled }) => throttled).length };
}

/** How many calls were made in each second from the first deletion on. */
export function callsBySecond(calls: readonly AwsCall[]): readonly number[] {
  const counts: number[] = [];
  for (const { atMs } of calls) {
    const second = Math.floor(atMs / 1_000);
    counts[second] = (counts[second] ?? 0) + 1;
  }
  return Array.from(counts, (count) => count ?? 0);
}
