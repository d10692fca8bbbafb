import type { CallCounts } from './calls.ts';
import type { LoadBalancerKind } from './target.ts';

/** Why a hold ended, and how that is told: the one table of it. */
export const REASONS = {
  drained: { httpStatus: 200, exitCode: 0, event: { type: 'Normal', reason: 'DrainWaitDrained' } },
  'not-a-target': { httpStatus: 200, exitCode: 0, event: { type: 'Normal', reason: 'DrainWaitNotATarget' } },
  'not-terminating': { httpStatus: 200, exitCode: 0, event: undefined },
  disabled: { httpStatus: 200, exitCode: 0, event: undefined },
  observing: { httpStatus: 200, exitCode: 0, event: undefined },
  fallback: { httpStatus: 502, exitCode: 3, event: { type: 'Warning', reason: 'DrainWaitFallback' } },
  deadline: { httpStatus: 504, exitCode: 4, event: { type: 'Warning', reason: 'DrainWaitDeadline' } },
} as const;

export type Reason = keyof typeof REASONS;

/**
 * One target as the answer and the log tell it. Times are whole ms; what has not happened is absent. The counts are of the calls to
 * ELBv2 for its target group.
 */
export interface TargetSummary extends CallCounts {
  /** The ARN, or the name where that was never resolved. */
  readonly targetGroup: string;
  readonly ip: string;
  readonly port?: number;
  readonly loadBalancer?: LoadBalancerKind;
  readonly state: 'unknown' | 'registered' | 'deregistering' | 'absent' | 'settled';
  /** From the start of the hold until it was first seen deregistering or absent. */
  readonly lagMs?: number;
  /** From then until it was settled, or until the release where that came first. */
  readonly settleMs?: number;
  /** What DescribeTargetHealth said, each change with its time after the start of the hold. */
  readonly states: readonly { readonly state: string; readonly atMs: number }[];
}

/** What a hold answers: to every caller of the hook, on the standard output of `wait`, and in the log. */
export interface HoldSummary {
  readonly reason: Reason;
  readonly heldMs: number;
  /** Time left until the deadline; negative where it had passed already. */
  readonly deadlineInMs: number;
  /** Present, and true, only in observe mode: what the hold would have been, and nobody waited for it. */
  readonly observed?: true;
  /** Present, and true, only where the pod was force-deleted. */
  readonly forceDeleted?: true;
  /** The reads from the API server. */
  readonly kubernetes: CallCounts;
  readonly targets: readonly TargetSummary[];
}
