import { writeFile } from 'node:fs/promises';
import { kubeconfigOf } from './control-plane.ts';
import type { Daemon } from './daemon.ts';
import { ADDRESS, ADDRESS_V6, CONTAINERD_SOCKET, inPlace, NODE_NAME, PORTS } from './place.ts';
import type { Programs } from './programs.ts';

const CONFIG_FILE = inPlace('kubelet.json');

/** More of a KubeletConfiguration (kubelet.config.k8s.io/v1beta1), for a test of what a kubelet does under it. */
export type KubeletSettings = Readonly<Record<string, unknown>>;

export async function writeKubeletConfig(settings: KubeletSettings = {}): Promise<void> {
  const config = {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: ADDRESS,
    port: PORTS.kubelet,
    healthzBindAddress: ADDRESS,
    healthzPort: PORTS.kubeletHealth,
    containerRuntimeEndpoint: `unix://${CONTAINERD_SOCKET}`,
    podLogsDir: inPlace('pod-logs'),
    volumePluginDir: inPlace('kubelet/volume-plugins'),
    // Only this machine reaches its address.
    authentication: { anonymous: { enabled: true }, webhook: { enabled: false } },
    authorization: { mode: 'AlwaysAllow' },
    cgroupDriver: 'cgroupfs',
    failCgroupV1: false,
    failSwapOn: false,
    enforceNodeAllocatable: [],
    makeIPTablesUtilChains: false,
    resolvConf: '',
    // The machine is also used for other things: its last few per cent are none of the node's business.
    evictionHard: { 'memory.available': '100Mi', 'nodefs.available': '1%', 'imagefs.available': '1%' },
    imageGCHighThresholdPercent: 100,
    ...settings,
  };
  await writeFile(CONFIG_FILE, JSON.stringify(config));
}

export function kubelet(programs: Programs): Daemon {
  return {
    name: 'kubelet',
    command: programs.kubelet,
    args: [
      `--config=${CONFIG_FILE}`,
      `--kubeconfig=${kubeconfigOf('kubelet')}`,
      `--root-dir=${inPlace('kubelet')}`,
      `--cert-dir=${inPlace('kubelet/pki')}`,
      `--hostname-override=${NODE_NAME}`,
      `--node-ip=${ADDRESS},${ADDRESS_V6}`,
    ],
  };
}
