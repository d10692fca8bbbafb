import { type Hold, type ReleasedHold, startHold } from './hold.ts';
import type { HoldSummary } from './outcome.ts';
import type { HoldPolicy } from './policy.ts';
import type { PodRef, PriorKnowledge } from './ports.ts';
import type { HoldPorts } from './request.ts';

/** The own pod is read at most once in this time while it is not being deleted, however many call. */
const POD_READ_STEP_MS = 1_000;

/** The holds of all pods that this process answers for: each pod has at most one, and all its callers share it. */
export interface Holds {
  /** Starts the pod's hold, or joins it. Resolves at its release; after that at once, with the same result. Never rejects. */
  join(pod: PodRef): Promise<HoldSummary>;
  /** The pod's latest hold: the one that goes on, or the last one. */
  latest(pod: PodRef): LatestHold | undefined;
}

export interface LatestHold {
  /** Undefined while the hold waits to begin. */
  readonly hold: Hold | undefined;
  /** Undefined while the hold goes on. */
  readonly result: ReleasedHold | undefined;
}

interface Entry {
  hold: Hold | undefined;
  result: ReleasedHold | undefined;
  readonly released: Promise<ReleasedHold>;
}

export function createHolds(policy: HoldPolicy, ports: HoldPorts, known: (pod: PodRef) => PriorKnowledge): Holds {
  const { clock } = ports;
  const entries = new Map<string, Entry>();

  function begin(pod: PodRef, arrivedAtMs: number, notBeforeMs: number): Entry {
    const { promise, resolve } = Promise.withResolvers<ReleasedHold>();
    const entry: Entry = { hold: undefined, result: undefined, released: promise };
    async function run(): Promise<void> {
      if (clock.now() < notBeforeMs) await clock.sleep(notBeforeMs - clock.now());
      entry.hold = startHold({ pod, policy, arrivedAtMs, known: known(pod) }, ports);
      entry.result = await entry.hold.released;
      resolve(entry.result);
    }
    void run();
    entries.set(podKey(pod), entry);
    return entry;
  }

  async function join(pod: PodRef): Promise<HoldSummary> {
    const arrivedAtMs = clock.now();
    for (;;) {
      const latest = entries.get(podKey(pod));
      const entry =
        latest === undefined || (latest.result !== undefined && !isFinal(latest.result, clock.now()))
          ? begin(pod, arrivedAtMs, nextReadAtMs(latest?.result))
          : latest;
      const result = await entry.released;
      if (answers(result, arrivedAtMs)) return result.summary;
    }
  }

  return { join, latest: (pod) => entries.get(podKey(pod)) };
}

function podKey({ namespace, name, uid }: PodRef): string {
  return `${namespace}/${name}/${uid ?? ''}`;
}

function nextReadAtMs(result: ReleasedHold | undefined): number {
  return result?.pod.kind === 'read' ? result.pod.askedAtMs + POD_READ_STEP_MS : Number.NEGATIVE_INFINITY;
}

/**
 * Whether a released hold answers later callers, too. It does for a pod that was being deleted. One that was only having a
 * container restarted lives on and will need a hold of its own, and so does one of which nothing could be read but which is
 * still there when its grace period is over.
 */
function isFinal({ pod, graceEndsAtMs }: ReleasedHold, nowMs: number): boolean {
  switch (pod.kind) {
    case 'read':
      return pod.pod.terminating;
    case 'gone':
      return true;
    case 'unread':
    case 'unreadable':
      return nowMs < graceEndsAtMs;
    default:
      return pod satisfies never;
  }
}

/** "Not terminating" answers only callers that came before the pod was read: it may have been deleted since. */
function answers({ summary, pod }: ReleasedHold, arrivedAtMs: number): boolean {
  return summary.reason !== 'not-terminating' || (pod.kind === 'read' && arrivedAtMs <= pod.askedAtMs);
}
