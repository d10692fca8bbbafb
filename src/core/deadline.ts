/** What Kubernetes takes where a pod spec has no `terminationGracePeriodSeconds`, in s (core/v1: DefaultTerminationGracePeriodSeconds). */
export const DEFAULT_GRACE_SECONDS = 30;

/** Kept between the answer and the end of the grace period, beside the application's reserve: the kubelet needs a moment, too. */
export const SAFETY_MS = 2_000;

/**
 * How long after the hook's arrival its caller must have an answer, in ms; 0 where the reserve eats the whole grace period.
 * The kubelet counts the grace from the moment it calls the hook, so the hook's arrival on our own monotonic clock is
 * the only time needed: no clock of another machine takes part (kubelet: kuberuntime_container.go).
 */
export function longestHoldMs(gracePeriodMs: number, reserveMs: number): number {
  return Math.max(0, gracePeriodMs - reserveMs - SAFETY_MS);
}

/** How long the first read of the own pod may take before the setting's grace period counts, in ms. */
export const FIRST_READ_MS = 5_000;
