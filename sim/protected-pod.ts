import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EmbeddedCluster } from './cluster.ts';
import { type ContainerProcess, spawnProcess } from './kubelet/process.ts';
import type { RunningPod } from './kubelet.ts';
import { type PodOptions, pod as podObject } from './kubernetes/builders.ts';
import type { Container, Pod } from './kubernetes/objects.ts';
import { podEnvironment, writeServiceAccount } from './kubernetes/tls.ts';

/** The port in the pod's spec. On this machine the sidecar really listens on a free one. */
const HOOK_PORT = 9787;
const SOURCE_ENTRY = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const SCALED_TIME = fileURLToPath(new URL('./scaled-time.ts', import.meta.url));

export interface ProtectedPodOptions extends Pick<PodOptions, 'name' | 'namespace' | 'ips' | 'labels' | 'annotations'> {
  readonly cluster: EmbeddedCluster;
  /** Absent: 60. */
  readonly gracePeriodSeconds?: number;
  /** Absent: native. */
  readonly sidecar?: 'native' | 'classic';
  readonly readinessGates?: readonly string[];
  /** Container ports of the application; absent: `http` 8080. */
  readonly ports?: Container['ports'];
  readonly app: () => ContainerProcess;
  /** Simulated ms until the pod is Ready. Absent: 0. `never`: only the kubelet's `setReady` makes it so. */
  readonly readyAfterMs?: number | 'never';
  /** Absent: node-1. */
  readonly node?: string;
  /** Environment of the sidecar on top of the usual one: its settings. An empty value unsets. */
  readonly env?: Readonly<Record<string, string>>;
  /** Gets each line of the sidecar's log as it is printed. */
  readonly onLog?: (line: LogLine) => void;
  /** The program that is the sidecar. Absent: the source; the bundled file is the other one there is. */
  readonly entry?: string;
  /** Flags of Node for it. Absent: none. */
  readonly nodeFlags?: readonly string[];
  /** Put before Node, a command that starts it. Absent: nothing. */
  readonly launcher?: readonly string[];
}

/** A line of the sidecar's log. */
export type LogLine = { readonly msg: string; readonly level: string } & Readonly<Record<string, unknown>>;

/** A pod with the real sidecar as a child process. */
export interface ProtectedPod extends RunningPod {
  /** Where the sidecar listens: `http://127.0.0.1:<port>`. */
  readonly url: string;
  /** The environment of the sidecar, as `kubectl exec` would find it. */
  readonly env: Readonly<Record<string, string>>;
  /** Everything that the sidecar has printed, in order. */
  readonly log: readonly LogLine[];
  /** Resolves with the first line with this message, one that has been printed already, too. */
  logged(message: string): Promise<LogLine>;
  /** The sidecar's process, for faults that the kubelet knows nothing of. */
  readonly sidecarProcess: ContainerProcess;
}

/** Runs a pod that is protected as the documentation says: sidecar container, hook on the application, downward API. */
export async function runProtectedPod(options: ProtectedPodOptions): Promise<ProtectedPod> {
  const { cluster, app, readyAfterMs = 0 } = options;
  const folder = await mkdtemp(join(tmpdir(), 'drain-wait-pod-'));
  const pod = podManifest(options);
  await writeServiceAccount(folder, cluster.kubernetesTls, pod.metadata.uid);
  const log = collectLog(options.onLog);
  const sidecar: { process?: ContainerProcess } = {};
  const env = sidecarEnv(options, pod, folder);
  const scaledTime = cluster.speed === 1 ? [] : ['--import', SCALED_TIME];

  function startSidecar(): ContainerProcess {
    const node = [process.execPath, ...(options.nodeFlags ?? []), ...scaledTime];
    const [command = '', ...args] = [...(options.launcher ?? []), ...node, options.entry ?? SOURCE_ENTRY, 'serve'];
    sidecar.process = spawnProcess({
      command,
      args,
      env,
      onLine: log.add,
    });
    return sidecar.process;
  }

  const running = await cluster.kubelet.run({
    pod,
    containers: { app, 'drain-wait': startSidecar },
    ...(readyAfterMs === 'never' ? {} : { readyAfterMs }),
  });
  void running.ended.then(() => rm(folder, { recursive: true, force: true }));
  const { process: sidecarProcess } = sidecar;
  if (sidecarProcess === undefined) throw new Error('the kubelet did not start the sidecar');
  const exited = sidecarProcess.exited.then((status): never => {
    throw new Error(`the sidecar ended before it listened: ${JSON.stringify(status)} ${log.text()}`);
  });
  const listening = await Promise.race([log.logged('listening'), exited]);
  exited.catch(() => {});
  const port = Number(listening['port']);
  for (const { ip } of pod.status.podIPs ?? [])
    cluster.addresses.set(`${ip}:${HOOK_PORT}`, { host: '127.0.0.1', port });
  return { ...running, url: `http://127.0.0.1:${port}`, env, log: log.lines, logged: log.logged, sidecarProcess };
}

function podManifest(options: ProtectedPodOptions): Pod {
  const { gracePeriodSeconds = 60, sidecar = 'native', readinessGates = [], ports, node = 'node-1' } = options;
  const hook = { preStop: { httpGet: { path: '/prestop', port: HOOK_PORT } } };
  const app: Container = {
    name: 'app',
    ports: ports ?? [{ name: 'http', containerPort: 8080 }],
    lifecycle: hook,
  };
  const ours: Container = { name: 'drain-wait', env: [{ name: 'DRAIN_WAIT_POD_NAME' }] };
  return podObject({
    ...options,
    labels: options.labels ?? { app: 'web' },
    ready: false,
    spec: {
      terminationGracePeriodSeconds: gracePeriodSeconds,
      nodeName: node,
      readinessGates: readinessGates.map((conditionType) => ({ conditionType })),
      ...(sidecar === 'native'
        ? { initContainers: [{ ...ours, restartPolicy: 'Always' }], containers: [app] }
        : { containers: [app, ours] }),
    },
  });
}

function sidecarEnv({ cluster, env = {} }: ProtectedPodOptions, { metadata, status }: Pod, serviceAccount: string) {
  return {
    PATH: process.env['PATH'] ?? '',
    SIM_SPEED: String(cluster.speed),
    ...podEnvironment(cluster.kubernetesTls, serviceAccount),
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'AKIASIMULATED',
    AWS_SECRET_ACCESS_KEY: 'simulated',
    AWS_ENDPOINT_URL: cluster.aws.url,
    DRAIN_WAIT_PORT: '0',
    DRAIN_WAIT_POD_NAME: metadata.name,
    DRAIN_WAIT_POD_NAMESPACE: metadata.namespace,
    DRAIN_WAIT_POD_UID: metadata.uid,
    DRAIN_WAIT_POD_IPS: (status.podIPs ?? []).map(({ ip }) => ip).join(','),
    ...env,
  };
}

function collectLog(onLog: (line: LogLine) => void = () => {}) {
  const lines: LogLine[] = [];
  const other: string[] = [];
  const waiting = new Set<(line: LogLine) => void>();
  return {
    lines,
    text: () => [...lines.map((line) => JSON.stringify(line)), ...other].join('\n'),
    add(text: string) {
      if (!text.startsWith('{')) {
        other.push(text);
        return;
      }
      const line = JSON.parse(text) as LogLine;
      lines.push(line);
      onLog(line);
      for (const tell of waiting) tell(line);
    },
    logged(message: string): Promise<LogLine> {
      const known = lines.find(({ msg }) => msg === message);
      if (known !== undefined) return Promise.resolve(known);
      return new Promise((resolve) => {
        waiting.add(function tell(line) {
          if (line.msg !== message) return;
          waiting.delete(tell);
          resolve(line);
        });
      });
    },
  };
}
