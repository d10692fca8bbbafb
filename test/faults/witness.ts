import type { ProtectedPod } from '../../sim/protected-pod.ts';
import { findMoment } from '../../sim/timeline.ts';
import type { Stage } from './stage.ts';

/** What was seen of one cell, from outside. Times are simulated ms. */
export interface Ran {
  /** When the fault began, after the hook's arrival. Undefined: it never did. */
  readonly beganMs: number | undefined;
  /** When the controller deregistered the target, after the hook's arrival. */
  readonly deregisteredMs: number;
  /** As the sidecar says; undefined where it said nothing. */
  readonly reason: string | undefined;
  /** How long the kubelet waited for the answer of its hook; undefined where none came. */
  readonly answeredAfterMs: number | undefined;
  /** From the moment when the load balancer stopped to route to SIGTERM of the application; negative: an early release. */
  readonly sigtermAfterRoutingMs: number;
  /** Of all others who called the sidecar: those that got the hold's result. */
  readonly callers: { readonly asked: number; readonly answered: number };
  /** How the sidecar's process ended. */
  readonly exit: string;
  /** How many of its processes the kernel killed for memory; undefined where it was not limited. */
  readonly killedForMemory: number | undefined;
  /** What it logged, to find out what went wrong. */
  readonly log: readonly string[];
}

export function seen(
  { cluster, killedForMemory }: Stage,
  pod: ProtectedPod,
  faultBegins: string,
): Omit<Ran, 'callers'> {
  const at = (what: string, container?: string) => findMoment(cluster.timeline, what, container)?.atMs;
  const hookAtMs = at('calls preStop', 'app') ?? Number.NaN;
  const answeredAtMs = at('preStop answered', 'app');
  const beganAtMs = at(faultBegins);
  const released = pod.log.filter(({ msg }) => msg === 'hold released');
  return {
    beganMs: beganAtMs === undefined ? undefined : beganAtMs - hookAtMs,
    deregisteredMs: (at('deregisters target') ?? Number.NaN) - hookAtMs,
    reason: released.length === 1 ? String(released[0]?.['reason']) : undefined,
    answeredAfterMs: answeredAtMs === undefined ? undefined : answeredAtMs - hookAtMs,
    sigtermAfterRoutingMs:
      (at('sends SIGTERM', 'app') ?? Number.NaN) - (at('stops routing') ?? Number.POSITIVE_INFINITY),
    exit: JSON.stringify(findMoment(cluster.timeline, 'container exited', 'drain-wait')?.fields),
    killedForMemory: killedForMemory(),
    log: pod.log.map((line) => JSON.stringify(line)),
  };
}

/** How long after the hook the others come. */
const SECOND_CALLER_MS = 1_000;

/** Calls the sidecar in the hold, once more to hang up, and after the release. The returned function tells who was answered. */
export function callAlong({ cluster }: Stage, pod: ProtectedPod): () => Promise<Ran['callers']> {
  const calls: Promise<boolean>[] = [];
  const leaving = new AbortController();
  cluster.timeline.onMoment(({ what, fields }) => {
    if (fields['container'] !== 'app') return;
    if (what === 'calls preStop') calls.push(cluster.clock.sleep(SECOND_CALLER_MS).then(() => call(pod)));
    if (what === 'preStop answered') calls.push(call(pod));
  });
  void cluster.clock.sleep(SECOND_CALLER_MS).then(async () => {
    setTimeout(() => leaving.abort(), 100);
    await call(pod, leaving.signal);
  });
  return async () => {
    const answered = await Promise.all(calls);
    return { asked: calls.length, answered: answered.filter(Boolean).length };
  };
}

async function call({ url }: ProtectedPod, signal?: AbortSignal): Promise<boolean> {
  try {
    const response = await fetch(`${url}/prestop`, { signal: signal ?? null });
    return typeof ((await response.json()) as { readonly reason?: unknown }).reason === 'string';
  } catch {
    return false;
  }
}
