import type { Elbv2 } from '../../sim/aws/elbv2.ts';
import { startAlb } from '../../sim/data-plane/alb.ts';
import { startNlb } from '../../sim/data-plane/nlb.ts';
import type { Listening } from '../../sim/listen.ts';
import type { Clock } from '../../src/core/ports.ts';

export interface BalancersOptions {
  readonly clock: Clock;
  readonly elbv2: Pick<Elbv2, 'routable' | 'targetGroups'>;
  /** Which IP addresses besides loopback they may send requests to. */
  readonly isReachable: (ip: string) => boolean;
}

export interface Balancers {
  /** The load balancer of the target group (ARN), on loopback. Rejects where no load balancer has it. */
  start(targetGroup: string): Promise<Listening>;
  /** Closes all that are still there. */
  close(): Promise<void>;
}

/** The load balancers of an ELBv2. Their targets are where their addresses say. */
export function createBalancers({ elbv2, ...options }: BalancersOptions): Balancers {
  const started: Listening[] = [];
  const address = (host: string, port: number) => ({ host, port });
  return {
    async start(targetGroup) {
      const group = elbv2.targetGroups().find(({ arn }) => arn === targetGroup);
      if (group?.loadBalancer === undefined)
        throw new Error(`Cannot start the load balancer of ${targetGroup}: create the target group with one first`);
      const start = group.loadBalancer === 'alb' ? startAlb : startNlb;
      const balancer = await start({ ...options, elbv2, targetGroup, address });
      started.push(balancer);
      return balancer;
    },
    async close() {
      await Promise.all(started.map((balancer) => balancer.close()));
    },
  };
}
