import type { SidecarKind } from '../sidecar.ts';

/** What one call of `inject` asks for. */
export interface InjectOptions {
  /** Undefined: as the sidecar is, or native where there is none yet. */
  readonly kind: SidecarKind | undefined;
  /** Undefined: as the sidecar has it, or the default image of this version. */
  readonly image: string | undefined;
  /** Of drain-wait. */
  readonly version: string;
  /** From the pod's deletion until the controller deregisters it, as long as one wants to bear it. */
  readonly lagMs: number;
  /** What stands before the pods: its settle time counts. */
  readonly loadBalancer: 'alb' | 'nlb';
  /** The containers that get the hook. Empty: every main container. */
  readonly containers: readonly string[];
  /** What to do with a preStop hook that is there already. */
  readonly hooked: 'refuse' | 'overwrite' | 'skip';
  /** The settings that were given: environment variable → value. */
  readonly settings: Readonly<Record<string, string>>;
}
