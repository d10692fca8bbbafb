import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { addTargetGroup } from '../../sim/add-target-group.ts';
import { startCluster } from '../../sim/cluster.ts';
import { kubeconfig } from '../../sim/kubeconfig.ts';
import { fakeProcess } from '../../sim/kubelet/process.ts';
import { pod as podObject } from '../../sim/kubernetes/builders.ts';
import { ENTRY } from '../support/entry.ts';
import { type ProgramResult, runProgram } from '../support/run-program.ts';
import { POD_IP } from '../support/scene.ts';

function run(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  nodeArgs: readonly string[] = [],
): Promise<ProgramResult> {
  return runProgram(args, { env, nodeArgs });
}

const POD = { DRAIN_WAIT_POD_NAME: 'web-1', DRAIN_WAIT_POD_NAMESPACE: 'default' };

describe.concurrent('drain-wait', () => {
  test('does not start with bad settings, and lists them all in one message', async () => {
    const { code, stdout, stderr } = await run(['serve', '--port', '99999'], {
      ...POD,
      DRAIN_WAIT_SETTLE_ABL: '20s',
      DRAIN_WAIT_SETTLE_NLB: '20',
      DRAIN_WAIT_MIN_HOLD: '-1s',
      AWS_REGION: 'eu-wset-1',
    });
    expect(code).toBe(2);
    expect(stdout).toBe('');
    for (const name of [
      '--port',
      'DRAIN_WAIT_SETTLE_ABL',
      'DRAIN_WAIT_SETTLE_NLB',
      'DRAIN_WAIT_MIN_HOLD',
      'AWS_REGION',
    ]) {
      expect(stderr).toContain(`  - ${name}=`);
    }
    expect(stderr).toContain('Did you mean DRAIN_WAIT_SETTLE_ALB?');
  });

  test('says what it does not understand', async () => {
    expect(await run(['wiat'])).toMatchObject({
      code: 2,
      stderr: "There is no command 'wiat'. See drain-wait help.\n",
    });
  });

  test('tells its version and every setting', async () => {
    expect((await run(['version'])).stdout).toBe(`${packageJson.version}\n`);
    const { code, stdout } = await run(['--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('--fallback-hold');
    expect(stdout).toContain('deadline 4');
  });

  test('says that its port is taken', async () => {
    const server = createServer().listen(0);
    await once(server, 'listening');
    const port = String((server.address() as AddressInfo).port);
    const { code, stdout } = await run(['serve', '--port', port], POD);
    server.close();
    expect(code).toBe(1);
    expect(stdout).toContain('DRAIN_WAIT_PORT');
  });
});

interface PodOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly gracePeriodSeconds?: number;
  readonly deleted: boolean;
}

/** Runs one command for the pod of an embedded cluster. */
async function runFor(
  command: string,
  { env = {}, gracePeriodSeconds = 300, deleted }: PodOptions,
): Promise<ProgramResult> {
  const cluster = await startCluster({ speed: 5 });
  const folder = await mkdtemp(join(tmpdir(), 'wait-'));
  try {
    addTargetGroup(cluster);
    await writeFile(join(folder, 'config'), kubeconfig(cluster.kubernetes.url));
    const ports = [{ name: 'http', containerPort: 8080 }];
    const preStop = { httpGet: { path: '/prestop', port: 9787 } };
    const pod = podObject({
      name: 'web-1',
      ips: [POD_IP],
      labels: { app: 'web' },
      spec: {
        terminationGracePeriodSeconds: gracePeriodSeconds,
        containers: [{ name: 'app', ports, lifecycle: { preStop } }],
      },
    });
    await cluster.kubelet.run({
      pod,
      containers: { app: () => fakeProcess({ clock: cluster.clock, onSigterm: 'ignore' }) },
      readyAfterMs: 0,
    });
    if (deleted) cluster.store.deletePod('default', 'web-1');
    return await run(
      [command],
      {
        ...POD,
        DRAIN_WAIT_POD_IPS: POD_IP,
        DRAIN_WAIT_GRACE_PERIOD: `${gracePeriodSeconds}s`,
        KUBECONFIG: join(folder, 'config'),
        AWS_ENDPOINT_URL: cluster.aws.url,
        AWS_ACCESS_KEY_ID: 'AKIASIMULATED',
        AWS_SECRET_ACCESS_KEY: 'simulated',
        SIM_SPEED: '5',
        ...env,
      },
      ['--import', './sim/scaled-time.ts'],
    );
  } finally {
    await cluster.close();
    await rm(folder, { recursive: true, force: true });
  }
}

describe.concurrent('drain-wait wait', () => {
  test('prints the result as one line of JSON, logs to the other stream and exits with 0', async () => {
    const { code, stdout, stderr } = await runFor('wait', { deleted: true });
    expect(code).toBe(0);
    expect(stdout.split('\n')).toHaveLength(2);
    expect(JSON.parse(stdout)).toMatchObject({ reason: 'drained', targets: [{ state: 'settled' }] });
    expect(stderr).toContain('hold released');
  });

  test.each([
    ['fallback', 3, { AWS_ENDPOINT_URL: 'http://127.0.0.1:9' }, 300],
    ['deadline', 4, { AWS_ENDPOINT_URL: 'http://127.0.0.1:9' }, 30],
    ['disabled', 0, { DRAIN_WAIT_DISABLED: 'incident 42' }, 300],
  ])('ends as %s with exit code %i', async (reason, exitCode, env, gracePeriodSeconds) => {
    const { code, stdout } = await runFor('wait', { env, gracePeriodSeconds, deleted: true });
    expect(JSON.parse(stdout)).toMatchObject({ reason });
    expect(code).toBe(exitCode);
  });

  test('can be broken off', async () => {
    const child = spawn(process.execPath, [ENTRY, 'wait'], {
      env: { ...POD, KUBECONFIG: '/nowhere' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    await once(child.stderr, 'data');
    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([130, null]);
  });
});

describe.concurrent('drain-wait check', () => {
  test('prints what a hold would find, and exits with 0', async () => {
    const { code, stdout } = await runFor('check', { deleted: false });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      pod: { terminating: false, gracePeriodMs: 300_000 },
      source: 'endpoint-slice',
      groups: [{ addresses: [{ ip: POD_IP, port: 8080 }] }],
      problems: [],
    });
  });
});
