import type { Journal } from './journal.ts';
import type { HoldState } from './observation.ts';
import type { HoldPolicy } from './policy.ts';
import type { Clock, Cluster, LoadBalancers, PodRef, PriorKnowledge, Random } from './ports.ts';

export interface HoldPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly cluster: Cluster;
  readonly loadBalancers: LoadBalancers;
  readonly journal: Journal;
}

/**
 * Where a call of the hook comes from. `node`: from an address that the kubelet may have, or from within the pod. Anybody can call,
 * and only this tells a stranger from the kubelet as long as nothing tells whether the pod is being deleted.
 */
export type HookOrigin = 'node' | 'network';

export interface HoldRequest {
  readonly pod: PodRef;
  readonly policy: HoldPolicy;
  /** Arrival of the first call on the ports' clock, ms: the kubelet counts the grace period from then. */
  readonly arrivedAtMs: number;
  readonly origin: HookOrigin;
  readonly known: PriorKnowledge;
  /** What the hold has seen in which this caller waited, and which ended by the clock of another. */
  readonly continues?: HoldState | undefined;
}
