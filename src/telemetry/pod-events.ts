import { toApiError } from '../core/errors.ts';
import type { Journal } from '../core/journal.ts';
import { type PodEvent, type PodEvents, toPodEvent } from '../core/pod-event.ts';
import type { Clock, PodRef } from '../core/ports.ts';
import { podName } from '../core/words.ts';
import type { Log } from './log.ts';

/** Writes Events beside the hold: nobody waits for one, and one that fails changes nothing. */
export interface EventWriter {
  readonly write: (pod: PodRef, event: PodEvent) => void;
  /** Whether any is still on its way. */
  readonly busy: () => boolean;
  /** Resolves when none is any more. Never rejects. */
  readonly flushed: () => Promise<unknown>;
}

/** So many Events of one pod at once, and then one in five minutes: the rule of client-go's own recorder (tools/record/events_cache.go). */
const BURST = 25;
const REFILL_MS = 300_000;

export function createEventWriter(podEvents: PodEvents, log: Log, clock: Clock): EventWriter {
  const onTheirWay = new Set<Promise<void>>();
  const said = new Set<string>();
  const allowances = new Map<string, { readonly left: number; readonly atMs: number }>();

  /** Whoever can call the hook can begin holds while nothing tells of a deletion, and must not fill the API server by it. */
  function mayWrite(pod: PodRef): boolean {
    const nowMs = clock.now();
    const before = allowances.get(podName(pod)) ?? { left: BURST, atMs: nowMs };
    const left = Math.min(BURST, before.left + (nowMs - before.atMs) / REFILL_MS);
    const may = left >= 1;
    allowances.set(podName(pod), { left: may ? left - 1 : left, atMs: nowMs });
    return may;
  }

  async function send(pod: PodRef, event: PodEvent): Promise<void> {
    try {
      await podEvents.write(pod, event, new AbortController().signal);
    } catch (failure) {
      const { kind, message } = toApiError(failure, 'create events.events.k8s.io');
      // Once for each kind: a missing permission is missing every time.
      if (said.has(kind)) return;
      said.add(kind);
      log.warn({ error: { kind, message } }, 'Kubernetes Event could not be written');
    }
  }

  return {
    write(pod, event) {
      if (!mayWrite(pod)) return;
      const sending = send(pod, event).finally(() => onTheirWay.delete(sending));
      onTheirWay.add(sending);
    },
    busy: () => onTheirWay.size > 0,
    flushed: () => Promise.all(onTheirWay),
  };
}

/** Tells Kubernetes what it is to know of a hold. */
export function journalToEvents({ write }: EventWriter): Journal {
  return (event) => {
    const told = toPodEvent(event);
    if (told !== undefined && 'pod' in event) write(event.pod, told);
  };
}

/** What has been said shall arrive, but nobody waits long for it: a native sidecar is to end well within its 2 s. */
const LAST_WORDS_MS = 1_000;

/** Ends the process, when the Events that are on their way have arrived or have had their time. */
export async function exitAfter(
  { busy, flushed }: EventWriter,
  { clock, exit }: { readonly clock: Clock; readonly exit: (code: number) => void },
  code: number,
): Promise<void> {
  if (busy()) await Promise.race([flushed(), clock.sleep(LAST_WORDS_MS)]);
  exit(code);
}
