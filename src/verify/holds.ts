import { REASONS } from '../core/outcome.ts';
import { POD_EVENTS } from '../core/pod-event.ts';
import type { SeenEvent } from '../core/seen-event.ts';
import { printable } from './printable.ts';

/** A hold as its Events tell it. Times in ms since the start of the run, by the pod's clock; negative before it. */
export interface SeenHold {
  readonly pod: string;
  /** Undefined where there is no Event of its start. */
  readonly startedAtMs: number | undefined;
  /** Undefined where there is no Event of its end: it goes on, or its sidecar was killed. */
  readonly endedAtMs: number | undefined;
  /** The reason of the last Event. */
  readonly reason: string;
  readonly warning: boolean;
  /** What the last Event says. */
  readonly note: string;
}

/** A warning of a sidecar that is no hold. */
export interface Notice {
  readonly pod: string;
  readonly atMs: number;
  readonly note: string;
}

export interface HoldsAndNotices {
  /** By start, those without one by their end. */
  readonly holds: readonly SeenHold[];
  readonly notices: readonly Notice[];
}

/** The time that is looked at. */
export interface Span {
  /** Unix time in ms. */
  readonly startedAtMs: number;
  readonly lengthMs: number;
}

/** A hold that began longer ago and has no end is over: no grace period is that long, and its sidecar was killed. */
const LONGEST_HOLD_MS = 15 * 60_000;

const ENDS: readonly (string | undefined)[] = [
  POD_EVENTS.cutShort.reason,
  ...Object.values(REASONS).map(({ event }) => event?.reason),
];

/** The holds that went on at some time of the span, and the warnings in it. */
export function holdsIn(span: Span, events: readonly SeenEvent[]): HoldsAndNotices {
  const inOrder = events
    .map(({ atMs, ...event }) => ({ ...event, atMs: atMs - span.startedAtMs }))
    .sort((left, right) => left.atMs - right.atMs);
  const byPod = Map.groupBy(inOrder, ({ pod }) => (pod.uid === '' ? pod.name : pod.uid));
  return {
    holds: [...byPod.values()]
      .flatMap(holdsOfPod)
      .filter((hold) => isIn(span, hold))
      .sort((left, right) => beginOf(left) - beginOf(right)),
    notices: inOrder
      .filter(({ reason, atMs }) => reason === POD_EVENTS.misconfigured.reason && atMs >= 0 && atMs <= span.lengthMs)
      .map(({ pod, atMs, note }) => ({ pod: printable(pod.name), atMs, note: printable(note) })),
  };
}

function holdsOfPod(events: readonly SeenEvent[]): readonly SeenHold[] {
  const holds: SeenHold[] = [];
  for (const event of events) {
    const told = {
      pod: printable(event.pod.name),
      reason: printable(event.reason),
      warning: event.type === 'Warning',
      note: printable(event.note),
    };
    const open = holds.at(-1)?.endedAtMs === undefined ? holds.at(-1) : undefined;
    if (event.reason === POD_EVENTS.holding.reason) {
      holds.push({ ...told, startedAtMs: event.atMs, endedAtMs: undefined });
    } else if (ENDS.includes(event.reason)) {
      if (open !== undefined) holds.pop();
      holds.push({ ...told, startedAtMs: open?.startedAtMs, endedAtMs: event.atMs });
    }
  }
  return holds;
}

function isIn({ lengthMs }: Span, { startedAtMs, endedAtMs }: SeenHold): boolean {
  if (startedAtMs !== undefined && startedAtMs > lengthMs) return false;
  if (endedAtMs !== undefined) return endedAtMs >= 0 && (startedAtMs !== undefined || endedAtMs <= lengthMs);
  return startedAtMs !== undefined && startedAtMs > -LONGEST_HOLD_MS;
}

/** Its start, or its end where that is all there is. */
export function beginOf({ startedAtMs, endedAtMs }: SeenHold): number {
  return startedAtMs ?? endedAtMs ?? 0;
}
