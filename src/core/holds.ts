import { decide } from './decide.ts';
import { type Hold, type ReleasedHold, startHold } from './hold.ts';
import { continueHold, type HoldState } from './observation.ts';
import type { HoldSummary } from './outcome.ts';
import type { HoldPolicy } from './policy.ts';
import type { PodRef, PriorKnowledge } from './ports.ts';
import type { HoldPorts, HookOrigin } from './request.ts';

/** The own pod is read at most once in this time while it is not being deleted, however many call. */
const POD_READ_STEP_MS = 1_000;

/** Calls of the hook that are for one deletion come within this time, but for those that a restarted kubelet makes again. */
const ONE_DELETION_MS = 5_000;

/** The holds of all pods that this process answers for: each pod has at most one, and all its callers share it. */
export interface Holds {
  /** Starts the pod's hold, or joins it. Resolves at its release; after that at once, with the same result. Never rejects. */
  join(pod: PodRef, origin: HookOrigin): Promise<HoldSummary>;
  /** The pod's latest hold: the one that goes on, or the last one. */
  latest(pod: PodRef): LatestHold | undefined;
  /** Resolves at the release of the hold that goes on; undefined where none does. */
  end(pod: PodRef): Promise<unknown> | undefined;
}

export interface LatestHold {
  /** Undefined while the hold waits to begin. */
  readonly hold: Hold | undefined;
  /** Undefined while the hold goes on. */
  readonly result: ReleasedHold | undefined;
}

interface Entry extends LatestHold {
  origin: HookOrigin;
  hold: Hold | undefined;
  result: ReleasedHold | undefined;
  readonly released: Promise<ReleasedHold>;
}

export function createHolds(policy: HoldPolicy, ports: HoldPorts, known: (pod: PodRef) => PriorKnowledge): Holds {
  const { clock } = ports;
  const entries = new Map<string, Entry>();

  function begin(pod: PodRef, origin: HookOrigin, arrivedAtMs: number, before: ReleasedHold | undefined): Entry {
    const continues = stateFor(arrivedAtMs, before);
    const notBeforeMs = continues === undefined ? nextReadAtMs(before) : Number.NEGATIVE_INFINITY;
    const { promise, resolve } = Promise.withResolvers<ReleasedHold>();
    const entry: Entry = { origin, hold: undefined, result: undefined, released: promise };
    async function run(): Promise<void> {
      if (clock.now() < notBeforeMs) await clock.sleep(notBeforeMs - clock.now());
      entry.hold = startHold({ pod, policy, arrivedAtMs, origin: entry.origin, known: known(pod), continues }, ports);
      entry.result = await entry.hold.released;
      resolve(entry.result);
    }
    void run();
    entries.set(podKey(pod), entry);
    return entry;
  }

  async function join(pod: PodRef, origin: HookOrigin): Promise<HoldSummary> {
    const arrivedAtMs = clock.now();
    for (;;) {
      const latest = entries.get(podKey(pod));
      const joined =
        latest !== undefined && (latest.result === undefined || answers(latest.result, arrivedAtMs, policy));
      const entry = joined ? latest : begin(pod, origin, arrivedAtMs, latest?.result);
      if (joined && origin === 'node') noteNode(entry);
      const result = await entry.released;
      if (answers(result, arrivedAtMs, policy)) return result.summary;
    }
  }

  return {
    join,
    latest: (pod) => entries.get(podKey(pod)),
    end(pod) {
      const entry = entries.get(podKey(pod));
      return entry?.result === undefined ? entry?.released : undefined;
    },
  };
}

function noteNode(entry: Entry): void {
  entry.origin = 'node';
  entry.hold?.calledByNode();
}

function podKey({ namespace, name, uid }: PodRef): string {
  return `${namespace}/${name}/${uid ?? ''}`;
}

/** What a caller who waited in a hold that does not answer it takes along from there. */
function stateFor(arrivedAtMs: number, before: ReleasedHold | undefined): HoldState | undefined {
  if (before === undefined || before.summary.reason === 'not-terminating') return undefined;
  return arrivedAtMs <= before.releasedAtMs ? before.state : undefined;
}

function nextReadAtMs(result: ReleasedHold | undefined): number {
  const pod = result?.state.pod;
  return pod?.kind === 'read' ? pod.askedAtMs + POD_READ_STEP_MS : Number.NEGATIVE_INFINITY;
}

/** Whether a released hold answers a caller that came at `arrivedAtMs`; else that caller gets one of its own, from then on. */
function answers(released: ReleasedHold, arrivedAtMs: number, policy: HoldPolicy): boolean {
  const { summary, releasedAtMs, state, graceEndsAtMs } = released;
  const { pod, startedAtMs, deletionSeenAtMs } = state;
  // The pod may have been deleted since it was read.
  if (summary.reason === 'not-terminating') return pod.kind === 'read' && arrivedAtMs <= pod.askedAtMs;
  // The hooks of all containers are called at once; and a pod that was being deleted when its hold began has no other.
  if (Math.min(arrivedAtMs, deletionSeenAtMs ?? arrivedAtMs) <= startedAtMs + ONE_DELETION_MS) return true;
  // What was seen counts for everybody.
  if (summary.reason === 'drained') return arrivedAtMs < graceEndsAtMs;
  // Else a stranger may have called first, or the kubelet for a restart, and only now for a deletion: it is held by a clock of its own.
  const waited = arrivedAtMs <= releasedAtMs;
  return waited && decide(continueHold(state, arrivedAtMs, 'node'), policy, releasedAtMs).kind === 'release';
}
