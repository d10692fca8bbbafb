import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import type { Daemon } from './daemon.ts';
import {
  ADDRESS,
  CA_FILE,
  inPlace,
  KUBECONFIG,
  NODE_NAME,
  PORTS,
  SERVER_URL,
  SERVICE_ACCOUNT_KEY,
  SERVICE_RANGES,
} from './place.ts';
import type { Programs } from './programs.ts';

const TOKEN_FILE = inPlace('tokens.csv');

/** Who talks to the API server, by the rights that Kubernetes gives to these names and groups. */
const USERS = {
  admin: { user: 'admin', group: 'system:masters' },
  'kube-controller-manager': { user: 'system:kube-controller-manager', group: '' },
  'kube-scheduler': { user: 'system:kube-scheduler', group: '' },
  kubelet: { user: `system:node:${NODE_NAME}`, group: 'system:nodes' },
} as const;

/** Keys, tokens and kubeconfigs, made anew for each node. */
export async function writeCredentials(): Promise<void> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  await writeFile(SERVICE_ACCOUNT_KEY, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  const lines = [];
  for (const [name, { user, group }] of Object.entries(USERS)) {
    const token = randomUUID();
    lines.push(`${token},${user},${name},"${group}"\n`);
    await writeFile(kubeconfigOf(name), JSON.stringify(kubeconfig(token)), { mode: 0o600 });
  }
  await writeFile(TOKEN_FILE, lines.join(''), { mode: 0o600 });
}

export function kubeconfigOf(name: string): string {
  return name === 'admin' ? KUBECONFIG : inPlace(`${name}.kubeconfig`);
}

/** YAML, as JSON is. */
function kubeconfig(token: string) {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'node',
    contexts: [{ name: 'node', context: { cluster: 'node', user: 'user' } }],
    clusters: [{ name: 'node', cluster: { server: SERVER_URL, 'certificate-authority': CA_FILE } }],
    users: [{ name: 'user', user: { token } }],
  };
}

export function etcd(programs: Programs): Daemon {
  const client = `http://${ADDRESS}:${PORTS.etcd}`;
  const peer = `http://${ADDRESS}:${PORTS.etcdPeers}`;
  return {
    name: 'etcd',
    command: programs.etcd,
    args: [
      `--data-dir=${inPlace('etcd')}`,
      `--listen-client-urls=${client}`,
      `--advertise-client-urls=${client}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=default=${peer}`,
      // What it keeps is gone with the node.
      '--unsafe-no-fsync',
    ],
    // etcd 3.4 asks for this on arm64.
    env: { ETCD_UNSUPPORTED_ARCH: process.arch },
  };
}

export function apiServer(programs: Programs): Daemon {
  return {
    name: 'kube-apiserver',
    command: programs['kube-apiserver'],
    args: [
      `--etcd-servers=http://${ADDRESS}:${PORTS.etcd}`,
      `--bind-address=${ADDRESS}`,
      `--advertise-address=${ADDRESS}`,
      `--secure-port=${PORTS.apiServer}`,
      // Where it writes the certificate that it signs itself.
      `--cert-dir=${inPlace('certificates')}`,
      `--service-cluster-ip-range=${SERVICE_RANGES.join(',')}`,
      '--authorization-mode=Node,RBAC',
      `--token-auth-file=${TOKEN_FILE}`,
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${SERVICE_ACCOUNT_KEY}`,
      `--service-account-signing-key-file=${SERVICE_ACCOUNT_KEY}`,
      // For the sidecar's policy as clusters before 1.36 take it.
      '--runtime-config=admissionregistration.k8s.io/v1beta1=true',
      // The node's name means nothing on this machine: `kubectl logs` goes by its address.
      '--kubelet-preferred-address-types=InternalIP',
    ],
  };
}

export function controllerManager(programs: Programs): Daemon {
  return {
    name: 'kube-controller-manager',
    command: programs['kube-controller-manager'],
    args: [
      `--kubeconfig=${kubeconfigOf('kube-controller-manager')}`,
      '--use-service-account-credentials',
      `--service-account-private-key-file=${SERVICE_ACCOUNT_KEY}`,
      `--root-ca-file=${CA_FILE}`,
      '--leader-elect=false',
      '--secure-port=0',
    ],
  };
}

export function scheduler(programs: Programs): Daemon {
  return {
    name: 'kube-scheduler',
    command: programs['kube-scheduler'],
    args: [`--kubeconfig=${kubeconfigOf('kube-scheduler')}`, '--leader-elect=false', '--secure-port=0'],
  };
}
