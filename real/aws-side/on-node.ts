import { BlockList, isIPv6 } from 'node:net';
import { CATCH_ALL_RANGES } from '../node/place.ts';

const RANGES = new BlockList();
for (const range of CATCH_ALL_RANGES) {
  const [network = '', prefix] = range.split('/');
  RANGES.addSubnet(network, Number(prefix), familyOf(network));
}

/** Whether it is an address of the node of this folder or of its pods. What is sent there never leaves the machine. */
export function isOnNode(ip: string): boolean {
  return RANGES.check(ip, familyOf(ip));
}

function familyOf(ip: string): 'ipv4' | 'ipv6' {
  return isIPv6(ip) ? 'ipv6' : 'ipv4';
}
