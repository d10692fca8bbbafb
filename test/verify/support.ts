import type { SeenEvent } from '../../src/core/seen-event.ts';
import { holdsIn } from '../../src/verify/holds.ts';
import { createRecord, type Result } from '../../src/verify/record.ts';
import { readRequest, type VerifyRequest } from '../../src/verify/request.ts';
import type { Run } from '../../src/verify/run.ts';

export const STARTED_AT = Date.UTC(2026, 10, 21, 14, 3, 12);

/** What these arguments ask for, of a shop unless they say otherwise. */
export function requestOf(...args: readonly string[]): VerifyRequest {
  const given = readRequest(['--url', 'https://shop.example/healthz', ...args]);
  if (given.kind !== 'verify') throw new Error(JSON.stringify(given));
  return given.request;
}

/** An Event so many seconds after the start. */
export function eventAt(second: number, reason: string, overrides: Partial<SeenEvent> = {}): SeenEvent {
  return {
    id: `${second} ${reason} ${overrides.pod?.uid}`,
    atMs: STARTED_AT + second * 1_000,
    pod: { name: 'web-1', uid: 'uid-1' },
    type: 'Normal',
    reason,
    note: `note of ${reason}`,
    ...overrides,
  };
}

export interface RunOptions {
  readonly args?: readonly string[];
  readonly lengthMs?: number;
  /** One a second, for each of these; absent: of a run of a minute in which all went well. */
  readonly results?: readonly Partial<Result>[];
  /** Absent: nobody asked for holds. */
  readonly events?: readonly SeenEvent[];
  readonly problem?: string;
  readonly endedEarly?: boolean;
}

/** A run that is over. */
export function runOf(options: RunOptions = {}): Run {
  const { args = [], results = Array(60).fill({}), events, problem, endedEarly = false } = options;
  const lengthMs = options.lengthMs ?? results.length * 1_000;
  const record = createRecord();
  for (const [second, result] of results.entries()) record.add({ ...good(second), ...result });
  const span = { startedAtMs: STARTED_AT, lengthMs };
  return {
    version: '1.2.3',
    request: requestOf('--rate', '1', ...args),
    ...span,
    endedEarly,
    record,
    seen: events === undefined ? undefined : { ...holdsIn(span, events), problem },
  };
}

function good(second: number): Result {
  return { atMs: second * 1_000, failure: undefined, answer: { status: 200, latencyMs: 20, cut: false } };
}

/** A request that got no answer. */
export function failed(failure: string): Partial<Result> {
  return { failure, answer: undefined };
}
