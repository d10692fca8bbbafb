import type { Random } from '../../src/core/ports.ts';
import { normal } from '../random.ts';

/** How long the controller takes to hear of a pod's end: `fast` as seen on idle clusters, `slow` as under load or throttling. */
export type LagKind = 'fast' | 'slow';

/** One fleet that goes. */
export interface Scenario {
  readonly pods: number;
  /** Target groups, all in one namespace; each pod is in one of them. */
  readonly groups: number;
  readonly loadBalancer: 'alb' | 'nlb';
  readonly lag: LagKind;
  /** The account's tokens for Describe* calls. */
  readonly bucket: { readonly size: number; readonly refillPerSecond: number };
  /** All pods are deleted within this time, evenly. */
  readonly withinMs: number;
}

const SLOW_MEDIAN_MS = 15_000;
const SLOW_SPREAD = 1;
const LONGEST_LAG_MS = 120_000;

/**
 * From a pod's deletion until the controller starts to act on it, in ms. Fast: 0.02 to 3 s (aws-load-balancer-controller #1447,
 * #2366; 20 to 120 ms were seen on an idle one). Slow: log-normal around 15 s, 120 s at the most (#1080, #3326).
 */
export function drawLagMs(lag: LagKind, random: Random): number {
  switch (lag) {
    case 'fast':
      return 20 + 2_980 * random();
    case 'slow':
      return Math.min(SLOW_MEDIAN_MS * Math.exp(SLOW_SPREAD * normal(random)), LONGEST_LAG_MS);
    default:
      return lag satisfies never;
  }
}

/** What the kubelet takes from the deletion to its hook call: 0.1 to 1.4 s were seen on a real node. */
export function drawHookDelayMs(random: Random): number {
  return 100 + 1_300 * random();
}
