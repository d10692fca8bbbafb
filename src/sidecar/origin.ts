import { BlockList, isIP, type Socket } from 'node:net';
import type { HookOrigin } from '../core/request.ts';

interface Ends extends Pick<Socket, 'localAddress'> {
  readonly remoteAddress?: string | undefined;
}

/** Tells where a caller is, by its address. Without `nodeIps` nothing tells the node from others, and everybody counts as the node. */
export function originOf(nodeIps: readonly string[] | undefined): (socket: Ends) => HookOrigin {
  if (nodeIps === undefined) return () => 'node';
  const near = new BlockList();
  for (const ip of ['127.0.0.1', '::1', ...nodeIps]) near.addAddress(ip, family(ip));
  return ({ localAddress, remoteAddress = '' }) => {
    // Who uses the pod's own address is in the pod.
    if (remoteAddress === localAddress) return 'node';
    // An IPv4 address in the form of IPv6 is found, too. A socket that has closed already has none.
    return isIP(remoteAddress) !== 0 && near.check(remoteAddress, family(remoteAddress)) ? 'node' : 'network';
  };
}

function family(ip: string): 'ipv4' | 'ipv6' {
  return isIP(ip) === 6 ? 'ipv6' : 'ipv4';
}
