import { DEFAULT_GRACE_SECONDS } from '../../core/deadline.ts';
import type { LoadBalancerKind } from '../../core/target.ts';
import { settingValue } from './environment.ts';
import type { LintOptions } from './inventory.ts';
import { numberOf } from './place.ts';
import type { Guarded, Sidecar, Workload } from './workload.ts';

export function graceSecondsOf({ podSpec }: Workload): number {
  return numberOf(podSpec, 'terminationGracePeriodSeconds') ?? DEFAULT_GRACE_SECONDS;
}

/** The kinds of load balancers that the pods stand behind; never empty. */
function loadBalancersOf({ routes }: Workload, { loadBalancer }: LintOptions): readonly LoadBalancerKind[] {
  if (loadBalancer !== undefined) return [loadBalancer];
  const found = [...new Set(routes.flatMap((route) => route.loadBalancer ?? []))];
  return found.length === 0 ? ['alb'] : found;
}

/** How long a load balancer of this kind may route after the deregistration, by the settings of the sidecar. */
export function settleMs({ settings }: Sidecar, kind: LoadBalancerKind): number {
  return settingValue(settings, kind === 'alb' ? 'settleAlb' : 'settleNlb');
}

/** The load balancer that takes longest. */
export function slowest(
  workload: Guarded,
  options: LintOptions,
): { readonly kind: LoadBalancerKind; readonly ms: number } {
  const times = loadBalancersOf(workload, options).map((kind) => ({ kind, ms: settleMs(workload.sidecar, kind) }));
  return times.reduce((a, b) => (b.ms > a.ms ? b : a));
}

export function reserveMs({ sidecar }: Guarded): number {
  return settingValue(sidecar.settings, 'reserve');
}
