import { toApiError } from '../core/errors.ts';
import type { SeenEvent } from '../core/seen-event.ts';
import { type HoldsAndNotices, holdsIn, type Span } from './holds.ts';
import type { VerifyPorts } from './ports.ts';
import type { SeenHolds } from './run.ts';

const LOOK_MS = 10_000;

/** Looks for holds again and again, and remembers them: Events live for an hour, and so may a run. */
export interface HoldWatch {
  /** Resolves after the first look. Never rejects. */
  readonly ready: Promise<void>;
  /** Those of this span that have been seen so far. */
  seen(span: Span): HoldsAndNotices;
  /** Looks once more, and no more after that. */
  finish(span: Span): Promise<SeenHolds>;
}

export interface HoldWatchOptions extends Pick<VerifyPorts, 'clock' | 'readEvents'> {
  readonly namespace: string;
  /** Told when they cannot be read, once for each reason. */
  readonly onProblem: (problem: string) => void;
}

export function watchHolds({ namespace, clock, readEvents, onProblem }: HoldWatchOptions): HoldWatch {
  const events = new Map<string, SeenEvent>();
  const told = new Set<string>();
  const over = new AbortController();
  let problem: string | undefined;

  async function look(signal: AbortSignal): Promise<void> {
    try {
      for (const event of await readEvents(namespace, signal)) events.set(event.id, event);
      problem = undefined;
    } catch (error) {
      if (over.signal.aborted && signal === over.signal) return;
      problem = problemWords(error, namespace);
      if (!told.has(problem)) onProblem(problem);
      told.add(problem);
    }
  }

  async function watch(): Promise<void> {
    await ready;
    while (!over.signal.aborted) {
      await clock.sleep(LOOK_MS, over.signal);
      if (!over.signal.aborted) await look(over.signal);
    }
  }

  const seen = (span: Span) => holdsIn(span, [...events.values()]);
  const ready = look(over.signal);
  const watching = watch();
  return {
    ready,
    seen,
    async finish(span) {
      over.abort();
      await watching;
      await look(new AbortController().signal);
      return { ...seen(span), problem };
    },
  };
}

function problemWords(error: unknown, namespace: string): string {
  const { kind, message } = toApiError(error, 'list events.events.k8s.io');
  const rule = '{ apiGroups: ["events.k8s.io"], resources: ["events"], verbs: ["list"] }';
  const why = kind === 'denied' ? `forbidden. Whoever runs verify needs the rule ${rule} there` : message;
  return `The Events of namespace ${namespace} cannot be read: ${why}.`;
}
