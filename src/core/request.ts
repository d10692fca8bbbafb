import type { Journal } from './journal.ts';
import type { HoldPolicy } from './policy.ts';
import type { Clock, Cluster, LoadBalancers, PodRef, PriorKnowledge, Random } from './ports.ts';

export interface HoldPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly cluster: Cluster;
  readonly loadBalancers: LoadBalancers;
  readonly journal: Journal;
}

export interface HoldRequest {
  readonly pod: PodRef;
  readonly policy: HoldPolicy;
  /** Arrival of the first call on the ports' clock, ms: the kubelet counts the grace period from then. */
  readonly arrivedAtMs: number;
  readonly known: PriorKnowledge;
}
