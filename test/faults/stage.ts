import { fileURLToPath } from 'node:url';
import { type ControlGroup, makeControlGroup } from '../../bench/footprint/control-group.ts';
import { type EmbeddedCluster, startCluster } from '../../sim/cluster.ts';
import { fakeProcess } from '../../sim/kubelet/process.ts';
import { API_SERVER_NAME, podEnvironment } from '../../sim/kubernetes/tls.ts';
import { type LogLine, type ProtectedPod, runProtectedPod } from '../../sim/protected-pod.ts';
import { type CredentialSources, startCredentialSources } from '../support/credentials.ts';
import { ENTRY, IMAGE } from '../support/entry.ts';
import { type Gate, openGate } from './gate.ts';
import { FALLBACK_MS, GRACE_MS, LAG_MS, MEMORY_LIMIT_MIB, MIN_HOLD_MS, RESERVE_MS, SETTLE_MS, SPEED } from './rules.ts';
import { type SidecarFiles, writeSidecarFiles } from './sidecar-files.ts';

const NAMES = fileURLToPath(new URL('./names.ts', import.meta.url));
export const ELBV2_NAME = 'elasticloadbalancing.eu-west-1.test';
const POD_IP = '10.1.0.7';

/** The application ends well within what is reserved for it, and late enough for a late caller of the sidecar. */
const APP_ENDS_AFTER_MS = 6_000;

const SETTINGS = {
  ...IMAGE.env,
  DRAIN_WAIT_GRACE_PERIOD: `${GRACE_MS}ms`,
  DRAIN_WAIT_RESERVE: `${RESERVE_MS}ms`,
  DRAIN_WAIT_SETTLE_ALB: `${SETTLE_MS}ms`,
  DRAIN_WAIT_MIN_HOLD: `${MIN_HOLD_MS}ms`,
  DRAIN_WAIT_FALLBACK_HOLD: `${FALLBACK_MS}ms`,
};

/** This machine does not let us make the fault. */
export class ImpossibleHere extends Error {
  override readonly name = 'ImpossibleHere';
}

/** One pod with the real sidecar process, and everything around it that can be made to fail. */
export interface Stage extends AsyncDisposable {
  readonly cluster: EmbeddedCluster;
  /** The ways that the sidecar takes to both APIs. */
  readonly elbv2Gate: Gate;
  readonly kubernetesGate: Gate;
  readonly credentials: CredentialSources;
  readonly files: Pick<SidecarFiles, 'token' | 'writeToken'>;
  /** Takes the name away from the resolver, and breaks the connections that it has led to. */
  loseName(name: typeof ELBV2_NAME | typeof API_SERVER_NAME): void;
  /** Sets the wall clock of the sidecar wrong. */
  shiftClock(ms: number): void;
  /** Resolves with the sidecar's process when it listens. */
  readonly process: Promise<number>;
  /** From now on the sidecar has so much of a processor. Throws ImpossibleHere. */
  limitCpu(millicores: number): void;
  /** How many processes of the sidecar were killed for memory. Undefined where this machine cannot limit it. */
  killedForMemory(): number | undefined;
  onLog(listener: (line: LogLine) => void): void;
  /** Runs the pod; resolves when its sidecar listens. */
  run(): Promise<ProtectedPod>;
}

let opened = 0;

/** An address of its own on loopback; elsewhere than on Linux there is only one. */
function ownAddress(): string {
  opened += 1;
  return process.platform === 'linux' ? `127.77.${opened >> 8}.${opened & 255}` : '127.0.0.1';
}

export interface StageOptions {
  /** Where the sidecar gets its AWS credentials. */
  readonly credentials: 'podIdentity' | 'nodeRole';
}

export async function openStage(options: StageOptions): Promise<Stage> {
  const cluster = await startCluster({ speed: SPEED, lagMs: LAG_MS });
  const host = ownAddress();
  const [elbv2Gate, kubernetesGate, credentials] = await Promise.all([
    openGate(host, cluster.aws),
    openGate(host, cluster.kubernetesTls),
    startCredentialSources({ aws: cluster.aws }),
  ]);
  const files = await writeSidecarFiles(cluster.kubernetesTls, { [ELBV2_NAME]: host, [API_SERVER_NAME]: host });
  const { promise: started, resolve: start } = Promise.withResolvers<number>();
  const listeners = new Set<(line: LogLine) => void>();
  const container = containerLimits();
  let pid: number | undefined;

  return {
    cluster,
    elbv2Gate,
    kubernetesGate,
    credentials,
    process: started,
    files,
    loseName(name) {
      files.loseName(name);
      (name === ELBV2_NAME ? elbv2Gate : kubernetesGate).drop();
    },
    shiftClock(ms) {
      files.writeClockOffset(ms);
      if (pid !== undefined) process.kill(pid, 'SIGUSR2');
    },
    limitCpu(millicores) {
      if (container === undefined) throw new ImpossibleHere('a control group needs Linux and root');
      // A thousandth of a processor is one of a simulated second, of which there are SPEED in a real one.
      container.limitCpu(millicores * SPEED);
    },
    killedForMemory: () => container?.killedForMemory(),
    onLog: (listener) => void listeners.add(listener),
    async run() {
      const pod = await runProtectedPod({
        cluster,
        name: 'web-1',
        ips: [POD_IP],
        gracePeriodSeconds: GRACE_MS / 1_000,
        app: () => fakeProcess({ clock: cluster.clock, onSigterm: { exitAfterMs: APP_ENDS_AFTER_MS } }),
        entry: ENTRY,
        ...(container === undefined ? {} : { launcher: container.launcher }),
        nodeFlags: [...IMAGE.nodeFlags, '--import', NAMES],
        onLog(line) {
          for (const listener of listeners) listener(line);
        },
        env: { ...credentials[options.credentials].env, ...wayToApis(elbv2Gate, kubernetesGate, files), ...SETTINGS },
      });
      pid = pod.sidecarProcess.pid;
      start(pid ?? Number.NaN);
      return pod;
    },
    async [Symbol.asyncDispose]() {
      await cluster.close();
      await Promise.all([
        elbv2Gate.close(),
        kubernetesGate.close(),
        credentials[Symbol.asyncDispose](),
        files.remove(),
        container?.close(),
      ]);
    },
  };
}

/** Each API has a name, and its own gate. */
function wayToApis(elbv2: Gate, kubernetes: Gate, { serviceAccount, env }: SidecarFiles) {
  return {
    ...podEnvironment(kubernetes, serviceAccount),
    KUBERNETES_SERVICE_HOST: API_SERVER_NAME,
    AWS_ENDPOINT_URL: `http://${ELBV2_NAME}:${elbv2.port}`,
    ...env,
  };
}

/** Undefined where there is no root, or no Linux. */
function containerLimits(): ControlGroup | undefined {
  try {
    const group = makeControlGroup();
    group.limitMemory(MEMORY_LIMIT_MIB);
    return group;
  } catch {
    return undefined;
  }
}
