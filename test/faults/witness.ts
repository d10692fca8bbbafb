import type { ProtectedPod } from '../../sim/protected-pod.ts';
import { findMoment } from '../../sim/timeline.ts';
import type { Stage } from './stage.ts';

/** What was seen of one cell, from outside. Times are simulated ms. */
export interface Ran {
  /** When the fault began, after the hook's arrival. Undefined: it never did. */
  readonly beganMs: number | undefined;
  /** When the controller deregistered the target, after the hook's arrival. */
  readonly deregisteredMs: number;
  /** Of the hold that answered the kubelet, as the sidecar says; undefined where it said nothing. */
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
  const answered = findMoment(cluster.timeline, 'preStop answered', 'app');
  const beganAtMs = at(faultBegins);
  return {
    beganMs: beganAtMs === undefined ? undefined : beganAtMs - hookAtMs,
    deregisteredMs: (at('deregisters target') ?? Number.NaN) - hookAtMs,
    reason: reasonOf(answered?.fields['status'], pod),
    answeredAfterMs: answered === undefined ? undefined : answered.atMs - hookAtMs,
    sigtermAfterRoutingMs:
      (at('sends SIGTERM', 'app') ?? Number.NaN) - (at('stops routing') ?? Number.POSITIVE_INFINITY),
    exit: JSON.stringify(findMoment(cluster.timeline, 'container exited', 'drain-wait')?.fields),
    killedForMemory: killedForMemory(),
    log: pod.log.map((line) => JSON.stringify(line)),
  };
}

/** What the kubelet was answered with: the sidecar may have held somebody else besides, who called when nothing told of a deletion. */
function reasonOf(status: unknown, { log }: ProtectedPod): string | undefined {
  const released = log.filter(({ msg }) => msg === 'hold released').map(({ reason }) => String(reason));
  const [reason, ...others] = new Set(released.filter((each) => (STATUSES[each] ?? 200) === status));
  return others.length === 0 ? reason : undefined;
}

/** docs/failure-modes.md; every other reason is answered with 200. */
const STATUSES: Readonly<Record<string, number>> = { fallback: 502, deadline: 504 };

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
