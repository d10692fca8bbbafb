/** What holds SIGTERM of a pod back, if anything does. */
export type Hook =
  | { readonly kind: 'none' }
  | { readonly kind: 'sleep'; readonly seconds: number }
  /** A sidecar that looks by itself: see rival.ts. */
  | { readonly kind: 'rival'; readonly rival: Rival }
  | { readonly kind: 'drain-wait' };

/** `first-draining` answers at the first `draining`, `poll` when the target is gone, both with a look every 5 s. */
export type Rival = 'first-draining' | 'sdk-waiter' | 'poll';

export interface RolloutStrategy {
  readonly name: string;
  /** For a table. */
  readonly title: string;
  readonly hook: Hook;
}

/** What people use today, and drain-wait. */
export const STRATEGIES: readonly RolloutStrategy[] = [
  { name: 'none', title: 'no hook', hook: { kind: 'none' } },
  ...[5, 15, 30, 60].map(
    (seconds): RolloutStrategy => ({
      name: `sleep-${seconds}`,
      title: `preStop sleep ${seconds}`,
      hook: { kind: 'sleep', seconds },
    }),
  ),
  { name: 'first-draining', title: 'until first draining', hook: { kind: 'rival', rival: 'first-draining' } },
  { name: 'sdk-waiter', title: 'waitUntilTargetDeregistered', hook: { kind: 'rival', rival: 'sdk-waiter' } },
  { name: 'poll', title: 'poll every 5 s until gone', hook: { kind: 'rival', rival: 'poll' } },
  { name: 'drain-wait', title: 'drain-wait', hook: { kind: 'drain-wait' } },
];
