import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { addTargetGroup } from '../../sim/add-target-group.ts';
import { startCluster } from '../../sim/cluster.ts';
import { startAlb } from '../../sim/data-plane/alb.ts';
import { createDeployment } from '../../sim/deployment.ts';
import { kubeconfig } from '../../sim/kubeconfig.ts';
import { createRolloutPods } from '../../sim/rollout/pods.ts';
import type { Hook } from '../../sim/rollout/strategies.ts';
import { ENTRY } from '../support/entry.ts';
import { eventually } from '../support/eventually.ts';
import { startVerify } from './start-verify.ts';

/** How many times as fast as real time the cluster lives; verify lives in real time. */
const SPEED = 3;
const REPLICAS = 2;

interface Report {
  readonly requests: number;
  readonly failed: number;
  readonly failedSeconds: readonly { readonly second: number }[];
  readonly holds: readonly {
    readonly pod: string;
    readonly startedAtMs: number;
    readonly endedAtMs: number;
    readonly reason: string;
    readonly note: string;
  }[];
}

/** What verify tells of a rolling update behind an ALB, and the pods that were replaced. */
async function verifyRollout(hook: Hook): Promise<{ readonly report: Report; readonly pods: readonly string[] }> {
  await using closing = new AsyncDisposableStack();
  const cluster = await startCluster({ speed: SPEED, lagMs: 2_000 });
  closing.defer(cluster.close);
  const folder = await mkdtemp(join(tmpdir(), 'verify-rollout-'));
  closing.defer(() => rm(folder, { recursive: true }));
  const group = addTargetGroup(cluster, 'web', { group: { healthyAfterMs: 5_000 } });
  const options = { cluster, hook, gracePeriodSeconds: 90, targetGroup: group.arn, entry: ENTRY };
  const pods = createRolloutPods(options);
  const { clock, timeline, store } = cluster;
  const startPod = pods.start;
  const deployment = createDeployment({ clock, timeline, store, name: 'web', replicas: REPLICAS, startPod });
  await deployment.ready();
  await pods.calm();
  while (cluster.elbv2.routable(group.arn).length < REPLICAS) await clock.sleep(200);
  const address = (ip: string, port: number) => cluster.addresses.get(`${ip}:${port}`);
  const balancer = await startAlb({ clock, elbv2: cluster.elbv2, targetGroup: group.arn, address });
  closing.defer(balancer.close);
  const file = join(folder, 'kubeconfig');
  await writeFile(file, kubeconfig(cluster.kubernetes.url));
  const old = deployment.pods().map(({ name }) => name);
  const args = ['--url', balancer.url, '--rate', '30', '--namespace', 'default', '--json'];
  const { child, said, stdout } = startVerify(args, { KUBECONFIG: file });
  closing.defer(() => void child.kill('SIGKILL'));
  await said('Sending');
  await deployment.rollOut();
  const releases = hook.kind === 'drain-wait' ? REPLICAS : 0;
  await eventually(() => {
    const released = store.list('Event').filter(({ reason }) => reason === 'DrainWaitDrained');
    expect(released).toHaveLength(releases);
  });
  child.kill('SIGINT');
  return { report: JSON.parse(await stdout), pods: old };
}

describe.concurrent('drain-wait verify, during a rolling update,', () => {
  test('sees how long each pod was held', async () => {
    const { report, pods } = await verifyRollout({ kind: 'drain-wait' });
    expect(report.requests).toBeGreaterThan(100);
    expect(report.holds.map(({ pod }) => pod).sort()).toEqual([...pods].sort());
    for (const { startedAtMs, endedAtMs, reason, note } of report.holds) {
      expect(reason).toBe('DrainWaitDrained');
      expect(note).toMatch(/^Held SIGTERM for \d+(\.\d)? s: .* \(ALB\) draining after /);
      // In real time, a third of it.
      expect(endedAtMs - startedAtMs).toBeGreaterThan(20_000 / SPEED);
    }
  }, 120_000);

  test('sees which requests fail where nothing is held', async () => {
    const { report } = await verifyRollout({ kind: 'none' });
    expect(report.failed).toBeGreaterThan(0);
    expect(report.failedSeconds.length).toBeGreaterThan(0);
    expect(report.holds).toEqual([]);
  }, 120_000);
});
