import type { Clock } from '../core/ports.ts';
import type { SeenEvent } from '../core/seen-event.ts';
import type { ChartOptions } from './report/chart.ts';

/** The world as the process edge hands it to verify. */
export interface VerifyPorts {
  /** Of drain-wait. */
  readonly version: string;
  readonly clock: Clock;
  /** Unix time in ms. */
  readonly unixNow: () => number;
  /** To the standard output, as it is. */
  readonly print: (text: string) => void;
  /** To the standard error, as it is. */
  readonly complain: (text: string) => void;
  /** How wide the standard error is where it is a terminal; undefined where it is none. */
  readonly liveColumns: () => number | undefined;
  /** For the standard output. */
  readonly chart: ChartOptions;
  /** Told of each signal that asks the process to end. Returns the function that ends that. */
  readonly onSignal: (listener: () => void) => () => void;
  readonly exit: (code: number) => void;
  /** Why a file cannot be written there; undefined where it can. */
  readonly writeProblem: (path: string) => Promise<string | undefined>;
  /** Rejects where it cannot be written. */
  readonly writeFile: (path: string, text: string) => Promise<void>;
  /** What the sidecars of a namespace have told. Rejects with an ApiError, and soon after an abort. */
  readonly readEvents: (namespace: string, signal: AbortSignal) => Promise<readonly SeenEvent[]>;
}
