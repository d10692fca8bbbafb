import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { V1Role } from '@kubernetes/client-node';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { webDeployment } from '../../real/workload/web.ts';
import type { World } from '../../real/world.ts';
import { eventually } from '../support/eventually.ts';
import { type Scene, safeMs, startScene } from './support/protected-pod.ts';
import { describeReal } from './support/suite.ts';

/** `drain-wait verify` from outside, with the kubeconfig of the cluster, as long as a rolling update of two pods takes. */
async function verifyARollout(world: World, kubeconfig: string, isProtected: boolean): Promise<VerifyReport> {
  const shop = await world.namespace('verify');
  const group = await shop.addTargetGroup();
  const deployment = webDeployment({ replicas: 2 });
  if (isProtected) await shop.applyProtected(deployment);
  else await shop.apply([deployment]);
  await shop.ready(group, 2);
  const { url } = await world.aws.startBalancer(group.arn);
  const flags = ['--url', url, '--rate', '20', '--duration', '75s', '--namespace', shop.name, '--json'];
  const verifying = promisify(execFile)(process.execPath, ['src/main.ts', 'verify', ...flags], {
    env: { ...process.env, KUBECONFIG: kubeconfig },
  }).catch((error: { readonly stdout: string }) => error);
  await shop.kubectl(['rollout', 'restart', 'deployment/web']);
  return JSON.parse((await verifying).stdout) as VerifyReport;
}

interface VerifyReport {
  readonly requests: number;
  readonly failed: number;
  readonly holds: readonly { readonly reason: string; readonly startedAtMs: number; readonly endedAtMs?: number }[];
}

interface DoctorReport {
  readonly subjects: readonly {
    readonly pod: string;
    readonly findings: readonly { readonly check: string; readonly level: string; readonly message: string }[];
  }[];
}

const ROLE: V1Role = parse(await readFile('manifests/base/role.yaml', 'utf8'));

/** Adds what `kubectl describe pod` says, as long as there is the pod. */
async function describePod({ shop, pod }: Scene, described: string[]): Promise<true> {
  described.push(
    ...(await shop.kubectl(['describe', 'pod', pod.metadata.name]).then(
      (text) => [text],
      () => [],
    )),
  );
  return true;
}

describeReal('what a hold leaves behind', (world, cluster) => {
  const kubeconfig = () => (cluster.kind === 'cluster' ? cluster.kubeconfig : '');

  describe.concurrent('for whoever verifies a rolling update', () => {
    test('verify sees no failure with drain-wait, and the holds of both pods on its axis', async () => {
      const { requests, failed, holds } = await verifyARollout(world(), kubeconfig(), true);
      expect({ requests, failed }).toEqual({ requests: 1_500, failed: 0 });
      expect(holds.map(({ reason }) => reason)).toEqual(['DrainWaitDrained', 'DrainWaitDrained']);
      for (const { startedAtMs, endedAtMs = 0 } of holds) expect(endedAtMs - startedAtMs).toBeGreaterThan(20_000);
    });

    test('verify sees failures without it', async () => {
      const { failed, holds } = await verifyARollout(world(), kubeconfig(), false);
      expect(failed).toBeGreaterThan(0);
      expect(holds).toEqual([]);
    });
  });

  describe.concurrent('for whoever asks doctor', () => {
    const exec = ({ shop, pod }: Scene, ...args: readonly string[]) =>
      shop.kubectl(['exec', pod.metadata.name, '--container=drain-wait', '--', 'drain-wait', 'doctor', ...args]);
    const worst = (report: DoctorReport) =>
      report.subjects.flatMap(({ findings }) =>
        findings.filter(({ level }) => level === 'warning' || level === 'problem'),
      );

    test('inside and outside, a good pod has no warning', async () => {
      const scene = await startScene(world(), 'doctor');
      const report: DoctorReport = JSON.parse(await exec(scene, '--json'));
      expect(report.subjects.map(({ pod }) => pod)).toEqual([scene.pod.metadata.name]);
      expect(worst(report)).toEqual([]);
      expect(await exec(scene)).toMatch(/ok\s.*healthy/);
      const args = ['src/main.ts', 'doctor', '--namespace', scene.shop.name, '--json'];
      const aws = Object.fromEntries(scene.shop.awsEnv.map(({ name, value = 'laptop' }) => [name, value]));
      const env = { ...process.env, ...aws, KUBECONFIG: kubeconfig() };
      const outside = await promisify(execFile)(process.execPath, args, { env });
      expect(worst(JSON.parse(outside.stdout))).toEqual([]);
    });

    test('inside, a pod that lacks a rule and has too short a grace period is told both, with the fix', async () => {
      const role = {
        ...ROLE,
        rules: (ROLE.rules ?? []).filter(({ resources }) => resources?.[0] !== 'endpointslices'),
      };
      const scene = await startScene(world(), 'sick', { gracePeriodSeconds: 25, role });
      // It ends with 1, and the error of the tool has the last lines that it printed.
      const said = await exec(scene).catch((error: Error) => error.message);
      expect(said).toContain('exit code 1');
      expect(said).toMatch(/problem\s.*endpointslices/);
      expect(said).toMatch(/terminationGracePeriodSeconds"?: ?60/);
    });
  });

  describe.concurrent('for people', () => {
    test('kubectl describe pod tells the story while the application ends, and kubectl get events afterwards', async () => {
      const scene = await startScene(world(), 'story');
      const { name } = scene.pod.metadata;
      // Keeps the application from ending for some seconds after its SIGTERM, so that there is a pod to describe.
      const slow = fetch(`http://${scene.pod.status.podIP}:8080/slow?ms=120000`).catch(() => {});
      await scene.delete();
      const described: string[] = [];
      const ended = scene.fate();
      while (await Promise.race([ended.then(() => false), describePod(scene, described)]));
      const { hold } = await ended;
      expect(described.at(-1)).toMatch(/Normal\s+DrainWaitHolding\s.*drain-wait\s+Holding SIGTERM /);
      expect(described.at(-1)).toMatch(
        /Normal\s+DrainWaitDrained\s.*drain-wait\s+Held SIGTERM for [\d.]+ s: \S+ \(ALB\) draining after [\d.]+ s, settled 20 s/,
      );
      await slow;
      const events = await scene.shop.kubectl([
        'get',
        'events',
        '--sort-by=.eventTime',
        `--field-selector=involvedObject.name=${name}`,
      ]);
      expect(events).toMatch(/Normal\s+DrainWaitHolding\s+pod\/\S+\s+Holding SIGTERM/);
      expect(events).toContain(`Held SIGTERM for ${Math.round((hold?.heldMs ?? 0) / 100) / 10} s: `);
      expect(events).not.toContain('DrainWaitMisconfigured');
    });

    test('a grace period that is too short is a warning on the pod as soon as it has started', async () => {
      const scene = await startScene(world(), 'short', { gracePeriodSeconds: 25 });
      const { name } = scene.pod.metadata;
      await eventually(async () =>
        expect(await scene.shop.kubectl(['describe', 'pod', name])).toMatch(
          /Warning\s+DrainWaitMisconfigured\s.*a grace period of 25 s leaves 13 s .* terminationGracePeriodSeconds: 60/,
        ),
      );
    });

    test('in observe mode the pod goes at once, and its Event says for how long it would have stayed', async () => {
      const env = [{ name: 'DRAIN_WAIT_MODE', value: 'observe' }];
      const scene = await startScene(world(), 'observe', { env, workload: webDeployment() });
      await scene.delete();
      expect(safeMs(await scene.shop.fateAfterRouting(scene.pod))).toBeLessThan(0);
      const events = await scene.shop.kubectl(['get', 'events']);
      expect(events).toMatch(/DrainWaitHolding\s.*Observing: would hold SIGTERM/);
      expect(events).toMatch(/DrainWaitCutShort\s.*Would have held SIGTERM for [\d.]+ s when told to stop/);
    });
  });
});
