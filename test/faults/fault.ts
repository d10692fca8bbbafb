import type { Fault } from '../../sim/faults.ts';
import type { Stage, StageOptions } from './stage.ts';

export type Api = 'ELBv2' | 'Kubernetes';

/**
 * What is true while a fault is in force, as far as a hold can be concerned; all that the oracle knows of it:
 * - `silent`: the API tells nothing. `forMs` absent: for ever. `firstUse`: only whoever has not used the API yet is hit
 * - `strange`: the answers are good but for one value that nobody knows
 * - `late`: everything comes right, up to `byMs` later
 */
export type Effect =
  | { readonly kind: 'silent'; readonly api: Api; readonly forMs?: number; readonly firstUse?: true }
  | { readonly kind: 'strange'; readonly value: StrangeValue }
  | { readonly kind: 'late'; readonly byMs: number };

export type StrangeValue =
  | 'target state'
  | 'reason'
  | 'kind of load balancer'
  | 'target type'
  | 'target group protocol'
  | 'address type';

/** One fault: a row of the matrix. */
export interface FaultRow {
  readonly name: string;
  readonly where: Api | 'the process';
  readonly effect: Effect;
  /** What the API answers instead, where that is all; else `begin`. */
  readonly answers?: Fault;
  /** Makes it come true. May take its time; rejects where this machine cannot do it. */
  readonly begin?: (stage: Stage) => void | Promise<void>;
  /** Absent: EKS Pod Identity. */
  readonly credentials?: StageOptions['credentials'];
  /** Whether the TargetGroupBinding leaves the protocol out, so that ELBv2 is asked. */
  readonly protocolUnknown?: true;
  /** The fault is in the environment of the process, and so there from its start or never. */
  readonly onlyFromStart?: true;
}
