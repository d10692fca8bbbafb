import type { HoldsAndNotices } from './holds.ts';
import type { RunRecord } from './record.ts';
import type { VerifyRequest } from './request.ts';

/** A run that has come to its end, for every way to tell of it. */
export interface Run {
  /** Of drain-wait. */
  readonly version: string;
  readonly request: VerifyRequest;
  /** Unix time in ms, by the clock of this machine. */
  readonly startedAtMs: number;
  /** For how long requests were sent. */
  readonly lengthMs: number;
  /** Whether somebody ended it before its time. */
  readonly endedEarly: boolean;
  readonly record: Pick<RunRecord, 'seconds' | 'statuses' | 'cutAnswers'>;
  /** Undefined where nobody asked for them. */
  readonly seen: SeenHolds | undefined;
}

/** What was read of the holds. */
export interface SeenHolds extends HoldsAndNotices {
  /** Why they may not be all there are; undefined where nothing went wrong. */
  readonly problem: string | undefined;
}
