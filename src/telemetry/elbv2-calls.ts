import { type CallCounts, NO_CALLS } from '../core/calls.ts';
import type { TargetSummary } from '../core/outcome.ts';

/** All calls to ELBv2 for these targets: each carries the counts of its whole target group, which count once. */
export function elbv2Calls(targets: readonly TargetSummary[]): CallCounts {
  const byGroup = new Map(targets.map((target) => [target.targetGroup, target]));
  return [...byGroup.values()].reduce(
    (sum, { calls, throttles, errors, apiMs }) => ({
      calls: sum.calls + calls,
      throttles: sum.throttles + throttles,
      errors: sum.errors + errors,
      apiMs: sum.apiMs + apiMs,
    }),
    NO_CALLS,
  );
}
