import { join } from 'node:path';

// One node a machine: its bridge, its addresses and its folder have fixed names, so that whoever finds them can clear them away.

/** Everything that the node writes, its mounts too. */
export const PLACE = '/var/tmp/drain-wait-node';
export const NODE_NAME = 'node-1';

/** A bridge of its own, and never the machine's outside interface: what is sent to the node stays on this machine. */
export const BRIDGE = 'dw0';
/**
 * The node's addresses: the API server and the kubelet listen here, and whatever else pods should reach. The first of the Services'
 * range, too: so the Service `kubernetes` is the API server itself, and no kube-proxy is needed.
 */
export const ADDRESS = '10.244.255.1';
export const ADDRESS_V6 = 'fd00:244:255::1';
export const SERVICE_RANGES = ['10.244.255.0/24', 'fd00:244:255::/112'] as const;
export const POD_RANGES = ['10.244.0.0/24', 'fd00:244:0:1::/64'] as const;
/** From here the kubelet calls its pods: the `ptp` plugin gives the node's end of each pair the first address of the range. */
export const POD_GATEWAY = '10.244.0.1';
/** What is sent to a pod that has gone fails at once, and never leaves the machine: the routes of living pods are narrower. */
export const CATCH_ALL_RANGES = ['10.244.0.0/16', 'fd00:244::/32'] as const;

export const PORTS = { etcd: 2379, etcdPeers: 2380, apiServer: 443, kubelet: 10_250, kubeletHealth: 10_248 } as const;

export const SERVER_URL = `https://${ADDRESS}:${PORTS.apiServer}`;
export const KUBECONFIG = inPlace('admin.kubeconfig');
export const CONTAINERD_SOCKET = inPlace('containerd/state/containerd.sock');
export const CA_FILE = inPlace('certificates/apiserver.crt');
export const SERVICE_ACCOUNT_KEY = inPlace('service-account.key');

export function inPlace(...path: readonly string[]): string {
  return join(PLACE, ...path);
}
