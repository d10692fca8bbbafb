import type { Elbv2 } from '../aws/elbv2.ts';
import type { AddressBook, SocketAddress } from '../kubelet/pre-stop.ts';

export interface RouteOptions {
  readonly elbv2: Pick<Elbv2, 'routable'>;
  /** ARN of the target group. */
  readonly targetGroup: string;
  /** Where a target really listens. Undefined: nothing answers there at all, like at the address of a pod that has gone. */
  readonly address: AddressBook;
  /** Which IP addresses besides loopback it may connect to. Absent: none. */
  readonly isReachable?: (ip: string) => boolean;
}

/** Where a new request, or a new connection, goes. */
export type Route =
  | { readonly kind: 'no target' }
  /** To a target that is not there: packets to it are lost. */
  | { readonly kind: 'lost' }
  | { readonly kind: 'target'; readonly address: SocketAddress };

/** The next route at each call: round robin, the default algorithm of an ALB, among those that are routable then. */
export function roundRobin({ elbv2, targetGroup, address, isReachable = () => false }: RouteOptions): () => Route {
  let turn = 0;
  return () => {
    const targets = elbv2.routable(targetGroup);
    const target = targets[turn % targets.length];
    turn += 1;
    if (target === undefined) return { kind: 'no target' };
    const found = address(target.id, target.port);
    if (found === undefined) return { kind: 'lost' };
    if (isLoopback(found) || isReachable(found.host)) return { kind: 'target', address: found };
    throw new Error(
      `A data plane connects to loopback only, and to what it is told to: current value is ${found.host}`,
    );
  };
}

function isLoopback({ host }: SocketAddress): boolean {
  return host.startsWith('127.') || host === '::1';
}
