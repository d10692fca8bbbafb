import type { Elbv2 } from '../aws/elbv2.ts';
import type { AddressBook, SocketAddress } from '../kubelet/pre-stop.ts';

export interface RouteOptions {
  readonly elbv2: Pick<Elbv2, 'routable'>;
  /** ARN of the target group. */
  readonly targetGroup: string;
  /** Where a target really listens. Undefined: nothing answers there at all, like at the address of a pod that has gone. */
  readonly address: AddressBook;
}

/** Where a new request, or a new connection, goes. */
export type Route =
  | { readonly kind: 'no target' }
  /** To a target that is not there: packets to it are lost. */
  | { readonly kind: 'lost' }
  | { readonly kind: 'target'; readonly address: SocketAddress };

/** The next route at each call: round robin, the default algorithm of an ALB, among those that are routable then. */
export function roundRobin({ elbv2, targetGroup, address }: RouteOptions): () => Route {
  let turn = 0;
  return () => {
    const targets = elbv2.routable(targetGroup);
    const target = targets[turn % targets.length];
    turn += 1;
    if (target === undefined) return { kind: 'no target' };
    const found = address(target.id, target.port);
    return found === undefined ? { kind: 'lost' } : { kind: 'target', address: onLoopback(found) };
  };
}

function onLoopback(address: SocketAddress): SocketAddress {
  if (!address.host.startsWith('127.') && address.host !== '::1')
    throw new Error(`A data plane connects to loopback only: current value is ${address.host}`);
  return address;
}
