import type { HoldState, Observation } from './observation.ts';
import type { HoldPorts, HoldRequest } from './request.ts';

/** What the watchers of one hold share. */
export interface Watch {
  readonly request: HoldRequest;
  readonly ports: HoldPorts;
  /** Aborted at the release. */
  readonly signal: AbortSignal;
  /** Resolves when ELBv2 may be asked, or at the release. */
  readonly mayAsk: Promise<void>;
  readonly state: () => HoldState;
  readonly see: (observation: Observation) => void;
}
