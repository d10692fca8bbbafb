import type { EmbeddedAws } from '../embedded-aws.ts';
import type { Failure } from '../load/load.ts';

/** What became of one pod that a rollout replaced. Times are simulated ms after the start of the rollout. */
export interface PodFate {
  readonly pod: string;
  readonly deletedAtMs: number;
  /** When the controller asked for its deregistration; undefined where that never happened. */
  readonly deregisteredAtMs: number | undefined;
  /** When the load balancer sent it the last new request, at the latest. */
  readonly routedUntilMs: number;
  readonly sigtermAtMs: number;
  readonly endedAtMs: number;
  /** Whether it had to be killed because its grace period was over. */
  readonly killed: boolean;
  /** Calls to ELBv2 that were made for it. */
  readonly calls: number;
  /** Why drain-wait let it go; undefined with any other strategy. */
  readonly reason: string | undefined;
}

/** A rolling update under load with one strategy. */
export interface RolloutResult {
  readonly strategy: string;
  readonly title: string;
  /** Requests that were sent from the start of the rollout to its end. */
  readonly sent: number;
  /** Of these, with the time after the start of the rollout. */
  readonly failures: readonly Failure[];
  readonly pods: readonly PodFate[];
  /** Calls of the load balancer controller that were refused because of the rate. */
  readonly controllerThrottles: number;
  /** From the first change until the last old pod has ended. */
  readonly durationMs: number;
}

/** The `controllerThrottles` of a rollout that had this AWS to itself. */
export function throttlesOf({ controllerCalls }: Pick<EmbeddedAws, 'controllerCalls'>): number {
  return controllerCalls.filter(({ throttled }) => throttled).length;
}
