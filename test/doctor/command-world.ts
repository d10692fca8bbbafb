import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { addTargetGroup } from '../../sim/add-target-group.ts';
import type { TargetGroup } from '../../sim/aws/target-group.ts';
import { type EmbeddedCluster, startCluster } from '../../sim/cluster.ts';
import { kubeconfig } from '../../sim/kubeconfig.ts';
import type { Pod } from '../../sim/kubernetes/objects.ts';
import { podEnvironment, writeServiceAccount } from '../../sim/kubernetes/tls.ts';
import { createAccount } from '../../src/aws/account.ts';
import { systemClock } from '../../src/clock.ts';
import { doctor } from '../../src/commands/doctor.ts';
import type { Clock } from '../../src/core/ports.ts';
import type { SubjectReport } from '../../src/doctor/finding.ts';
import { inspectKubernetes } from '../../src/kubernetes/inspection.ts';
import { type CredentialSources, startCredentialSources } from '../support/credentials.ts';
import { eventually } from '../support/eventually.ts';
import { putWorkload, type ShopOptions } from './command-workload.ts';

export const POD_TOKEN = 'token-of-the-pod';
export const PERSON_TOKEN = 'token-of-a-person';

/** A namespace `default` with one Deployment `web` of two pods, as the documentation says, and everything around it. */
export interface Shop {
  readonly cluster: EmbeddedCluster;
  readonly group: TargetGroup | undefined;
  readonly credentials: CredentialSources;
  readonly pods: readonly Pod[];
  /** The environment of that sidecar, and of a person who has a laptop. */
  readonly podEnv: Readonly<Record<string, string>>;
  readonly personEnv: Readonly<Record<string, string>>;
  /** In the sidecar of the first pod, as `kubectl exec` runs it. */
  inside(args?: readonly string[], env?: Readonly<Record<string, string>>): Promise<Run>;
  /** On the laptop of a person. */
  outside(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Run>;
}

export interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** What `--json` says; empty where nothing was examined. */
  readonly subjects: readonly SubjectReport[];
  finding(check: string): SubjectReport['findings'][number] | undefined;
  /** Everything that is at least a warning. */
  readonly bad: readonly string[];
}

export async function startShop(options: ShopOptions = {}): Promise<Shop> {
  const { loadBalancer = 'alb', bound = {}, roles = [], unbound = false } = options;
  const cluster = await startCluster({ speed: 10, lagMs: 0, roles, bucket: { size: 1_000, refillPerSecond: 1_000 } });
  const credentials = await startCredentialSources({ aws: cluster.aws });
  const folder = await mkdtemp(join(tmpdir(), 'doctor-'));
  onTestFinished(async () => {
    vi.unstubAllEnvs();
    await cluster.close();
    await credentials[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });
  cluster.kubernetes.identify(POD_TOKEN, 'system:serviceaccount:default:default');
  cluster.kubernetes.identify(PERSON_TOKEN, 'somebody');
  const group = unbound
    ? undefined
    : addTargetGroup(cluster, 'web', { ...bound, group: { loadBalancer, ...bound.group } });
  const pods = putWorkload(cluster, options);
  if (group !== undefined && (bound.binding?.targetType ?? 'ip') === 'ip') await registered(cluster, group, pods);
  cluster.controller.pause();
  await writeServiceAccount(join(folder, 'service-account'), cluster.kubernetesTls, POD_TOKEN);
  await writeFile(join(folder, 'kubeconfig'), kubeconfig(cluster.kubernetes.url, PERSON_TOKEN));

  const home = { AWS_ENDPOINT_URL: cluster.aws.url, AWS_REGION: 'eu-west-1' };
  const podEnv = {
    ...home,
    ...credentials.podIdentity.env,
    ...podEnvironment(cluster.kubernetesTls, join(folder, 'service-account')),
    KUBECONFIG: '',
    DRAIN_WAIT_POD_NAMESPACE: 'default',
    DRAIN_WAIT_POD_NAME: pods[0]?.metadata.name ?? '',
    DRAIN_WAIT_POD_UID: pods[0]?.metadata.uid ?? '',
    DRAIN_WAIT_POD_IPS: pods[0]?.status.podIP ?? '',
    ...options.settings,
  };
  const personEnv = {
    ...home,
    ...credentials.none.env,
    AWS_ACCESS_KEY_ID: 'AKIAPERSON0000000001',
    AWS_SECRET_ACCESS_KEY: 'secret-key-of-a-person',
    AWS_SESSION_TOKEN: 'session-token-of-a-person',
    KUBECONFIG: join(folder, 'kubeconfig'),
  };
  return {
    cluster,
    group,
    credentials,
    pods,
    podEnv,
    personEnv,
    inside: (args = [], env = {}) => run(args, { ...podEnv, ...env }),
    outside: (args, env = {}) => run(args, { ...personEnv, ...env }),
  };
}

/** A target is there a moment after its pod. */
async function registered({ elbv2 }: EmbeddedCluster, { arn }: TargetGroup, pods: readonly Pod[]): Promise<void> {
  await eventually(() => {
    const healthy = elbv2.describeTargetHealth(arn).filter(({ health }) => health.state === 'healthy');
    if (healthy.length < pods.length) throw new Error('not all pods are registered');
  });
}

/** The pauses between calls take no time, and what ends a call that hangs takes its own. */
const clock: Clock = {
  now: systemClock.now,
  sleep: (ms, signal) => systemClock.sleep(ms < 4_000 ? 0 : ms, signal),
};

/** The command in this process, with its real adapters, which read what the SDKs read from the environment of the process. */
async function run(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Run> {
  for (const name of Object.keys(process.env)) if (/^(AWS|KUBE|DRAIN_WAIT)/.test(name)) vi.stubEnv(name, undefined);
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  const out: string[] = [];
  const err: string[] = [];
  const code = await doctor(args, {
    version: '0.0.0',
    clock,
    env,
    inspection: inspectKubernetes(env, env['DRAIN_WAIT_SERVICE_ACCOUNT_DIR'] ?? '/nonexistent', clock),
    account: (region) => createAccount({ clock, region }),
    progress: () => {},
    print: (text) => void out.push(text),
    complain: (text) => void err.push(text),
    terminal: false,
  });
  return toRun(code, out.join(''), err.join(''));
}

function toRun(code: number, stdout: string, stderr: string): Run {
  const subjects = stdout.startsWith('{') ? (JSON.parse(stdout).subjects as readonly SubjectReport[]) : [];
  const findings = subjects.flatMap((subject) => subject.findings);
  return {
    code,
    stdout,
    stderr,
    subjects,
    finding: (check) => findings.find((each) => each.check === check),
    bad: findings
      .filter(({ level }) => level === 'warning' || level === 'problem')
      .map(({ check, level, message }) => `${level} ${check}: ${message}`),
  };
}
