import type { LoadBalancerKind, NamedTargetGroup } from './target.ts';

/** The settings that shape a hold. Every duration is in ms. */
export interface HoldPolicy {
  /** Which state of a target starts its letting go: `draining` plus the settle time, or `gone`. */
  readonly until: 'draining' | 'gone';
  readonly settleMs: Readonly<Record<LoadBalancerKind, number>>;
  readonly minHoldMs: number;
  /** Kept for the application between SIGTERM and the end of the grace period. */
  readonly reserveMs: number;
  /** Used only while the own pod cannot be read. */
  readonly gracePeriodMs: number;
  /** How long to hold by the clock when nothing can be observed. */
  readonly fallbackHoldMs: number;
  readonly onRestart: 'release' | 'hold';
  readonly targetGroups: readonly NamedTargetGroup[];
  /** Calls a second that all terminating pods of one target group may make together. */
  readonly apiRate: number;
  /** Observe mode: callers are answered at once, and the hold goes on without them. */
  readonly observe: boolean;
  /** A reason; where there is one, every hook is answered at once. */
  readonly disabled: string | undefined;
}

/** The mark of everything that is told of a hold which nobody waits for. */
export function observedBy({ observe }: HoldPolicy): { readonly observed?: true } {
  return observe ? { observed: true } : {};
}
