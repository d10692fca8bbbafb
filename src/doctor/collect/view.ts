import type { DoctorPorts } from './ports.ts';

/** Who looks, and by what. */
export interface View {
  readonly from: 'inside' | 'outside';
  readonly ports: DoctorPorts;
  readonly signal: AbortSignal;
}
