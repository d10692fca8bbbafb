import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { IMAGE } from '../../real/workload/image.ts';
import { HOOK_PORT, preStopHook, tokenVolume } from '../../src/workload/sidecar.ts';
import { expectedSidecar, type Manifest, objectsOf, only, podSpecOf } from '../support/manifests.ts';
import { tool } from '../support/tools.ts';

const helm = await tool('helm');

describe.skipIf(helm.missing)('a chart that takes the sidecar from that of drain-wait', () => {
  let objects: readonly Manifest[] = [];
  let folder = '';

  const chart = () => join(folder, 'test/manifests/consumer-chart');
  const render = async (...flags: readonly string[]) =>
    objectsOf(await helm.run(['template', 'web', chart(), '--namespace', 'shop', ...flags]));

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'drain-wait-chart-'));
    await mkdir(join(folder, 'test'));
    await cp('test/manifests/consumer-chart', chart(), { recursive: true });
    await symlink(resolve('manifests'), join(folder, 'manifests'));
    await helm.run(['dependency', 'build', chart()]);
    await helm.run(['lint', '--strict', chart()]);
    objects = await render();
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  const options = {
    image: `registry.example.com/${IMAGE}`,
    settings: { DRAIN_WAIT_RESERVE: '8s' },
  };

  test('gets a native one, its token and the hook', () => {
    const spec = podSpecOf(only(objects, 'Deployment'));
    expect(spec.terminationGracePeriodSeconds).toBe(60);
    expect(spec.initContainers).toEqual([expectedSidecar(options)]);
    expect(spec.containers).toMatchObject([{ name: 'app', lifecycle: { preStop: preStopHook(HOOK_PORT) } }]);
    expect(spec.volumes).toEqual([tokenVolume()]);
  });

  test('gets a classic one behind an NLB, for one of its workloads', () => {
    const spec = podSpecOf(only(objects, 'StatefulSet'));
    expect(spec.terminationGracePeriodSeconds).toBe(160);
    expect(spec.containers).toEqual([
      expect.objectContaining({ name: 'app', lifecycle: { preStop: preStopHook(HOOK_PORT) } }),
      expectedSidecar({ ...options, kind: 'classic', gracePeriodSeconds: 160 }),
    ]);
    expect(spec.volumes).toEqual([tokenVolume()]);
  });

  test('can take a setting from the pod', async () => {
    const valueFrom = { fieldRef: { fieldPath: 'status.hostIPs' } };
    const settings = JSON.stringify({ DRAIN_WAIT_NODE_IPS: valueFrom });
    const rendered = await render('--set-json', `drain-wait.sidecar.settings=${settings}`);
    const [sidecar] = podSpecOf(only(rendered, 'Deployment')).initContainers ?? [];
    expect(sidecar?.env).toContainEqual({ name: 'DRAIN_WAIT_NODE_IPS', valueFrom });
  });

  test('gets the Role for its service account', () => {
    expect(only(objects, 'RoleBinding')).toMatchObject({ subjects: [{ name: 'web', namespace: 'shop' }] });
  });
});
