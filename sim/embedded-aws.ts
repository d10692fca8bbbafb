import type { Clock } from '../src/core/ports.ts';
import { type AwsApi, startAwsApi } from './aws/api.ts';
import { createElbv2, type Elbv2 } from './aws/elbv2.ts';
import { createElbv2Caller } from './aws/elbv2-caller.ts';
import type { Role } from './aws/sts.ts';
import { createTokenBucket } from './aws/token-bucket.ts';
import { type Controller, createController } from './controller.ts';
import { createFaults, type Faults } from './faults.ts';
import type { Store } from './kubernetes/store.ts';
import type { Timeline } from './timeline.ts';

export interface EmbeddedAwsOptions {
  readonly clock: Clock;
  readonly timeline: Timeline;
  /** The cluster that the controller looks at. */
  readonly store: Store;
  /** Simulated ms from a pod's end until the controller hears of it. Absent: 3,000. */
  readonly lagMs?: number | ((pod: string) => number);
  /** Tokens of the account for Describe* calls, and how many come back each second. Absent: 40 and 10, the smaller of the known limits. */
  readonly bucket?: { readonly size: number; readonly refillPerSecond: number };
  readonly roles?: readonly Role[];
  /** Where the API listens. Absent: a free port, and loopback. */
  readonly port?: number;
  readonly host?: string;
}

/** One call of the controller to ELBv2; retries count as calls. */
export interface ControllerCall {
  readonly action: string;
  /** Simulated ms since the start. */
  readonly atMs: number;
  /** Whether it was refused for the rate. */
  readonly throttled: boolean;
}

/** AWS as a cluster meets it: the API behind a socket, and the controller that keeps target groups. */
export interface EmbeddedAws {
  readonly elbv2: Elbv2;
  readonly aws: AwsApi;
  readonly awsFaults: Faults;
  readonly controller: Controller;
  /** The calls that the controller made to ELBv2, oldest first. They are not among the requests of `aws`. */
  readonly controllerCalls: readonly ControllerCall[];
  /** Hit these calls, and nobody else's: the controller has a role of its own. */
  readonly controllerFaults: Faults;
  close(): Promise<void>;
}

export async function startEmbeddedAws(options: EmbeddedAwsOptions): Promise<EmbeddedAws> {
  const { clock, timeline, store, lagMs = 3_000, roles = [], port, host } = options;
  const elbv2 = createElbv2({ clock, timeline });
  const awsFaults = createFaults(clock);
  const controllerFaults = createFaults(clock);
  const bucket = createTokenBucket({ clock, ...options.bucket });
  const controllerCalls: ControllerCall[] = [];
  const startedAt = clock.now();
  const onCall = (call: Omit<ControllerCall, 'atMs'>) =>
    void controllerCalls.push({ ...call, atMs: clock.now() - startedAt });
  const caller = createElbv2Caller({ elbv2, clock, bucket, faults: controllerFaults, onCall });
  const controller = createController({ clock, timeline, store, elbv2, caller, lagMs, random: Math.random });
  const listenAt = { ...(port === undefined ? {} : { port }), ...(host === undefined ? {} : { host }) };
  const aws = await startAwsApi({ elbv2, clock, faults: awsFaults, bucket, roles, ...listenAt });
  return {
    elbv2,
    aws,
    awsFaults,
    controller,
    controllerCalls,
    controllerFaults,
    async close() {
      controller.close();
      await aws.close();
      elbv2.close();
    },
  };
}
