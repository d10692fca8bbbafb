import { SAFETY_MS } from '../core/deadline.ts';
import type { LoadBalancerKind } from '../core/target.ts';
import { seconds } from '../core/words.ts';

/** The lag that `inject` and `lint` reckon with: what a controller takes that is busy, and not stalled. */
export const DEFAULT_LAG = '20s';

export interface GraceNeeds {
  /** From the pod's deletion until the controller deregisters it, as long as one wants to bear it. */
  readonly lagMs: number;
  /** How long the load balancer may still route after that. */
  readonly settleMs: number;
  /** What the application takes to end after SIGTERM. */
  readonly reserveMs: number;
}

/** The shortest `terminationGracePeriodSeconds` with which a hold ends by itself: the formula of the README. */
export function neededGraceSeconds({ lagMs, settleMs, reserveMs }: GraceNeeds): number {
  return Math.ceil((lagMs + settleMs + reserveMs + SAFETY_MS) / 1_000);
}

/** The formula with its numbers: `lag 20 s + settle 20 s (ALB) + reserve 10 s + 2 s`. */
export function formulaWords({ lagMs, settleMs, reserveMs }: GraceNeeds, loadBalancer: LoadBalancerKind): string {
  const kind = loadBalancer.toUpperCase();
  return `lag ${seconds(lagMs)} + settle ${seconds(settleMs)} (${kind}) + reserve ${seconds(reserveMs)} + ${seconds(SAFETY_MS)}`;
}

/** What to set where the grace period is shorter than that: the next ten seconds, as the README says. */
export function advisedGraceSeconds(needs: GraceNeeds): number {
  return Math.ceil(neededGraceSeconds(needs) / 10) * 10;
}
