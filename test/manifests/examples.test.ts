import { readdir } from 'node:fs/promises';
import type { V1EnvVar } from '@kubernetes/client-node';
import { describe, expect, test } from 'vitest';
import { IMAGE } from '../../real/workload/image.ts';
import { duration, SETTINGS } from '../../src/settings.ts';
import { neededGraceSeconds } from '../../src/workload/grace.ts';
import { HOOK_PORT, preStopHook, tokenVolume } from '../../src/workload/sidecar.ts';
import { expectedSidecar, type Manifest, objectsOf, only, podSpecOf } from '../support/manifests.ts';
import { tool } from '../support/tools.ts';

const kubectl = await tool('kubectl');

/** What the README reckons with. */
const LAG_MS = 20_000;

const EXAMPLES = [
  'alb-ingress',
  'argo-rollouts-blue-green',
  'cross-account',
  'eks-auto-mode',
  'fargate',
  'gateway-api',
  'nlb-service',
];

const built = new Map<string, Promise<readonly Manifest[]>>();

function build(example: string): Promise<readonly Manifest[]> {
  const objects =
    built.get(example) ?? kubectl.run(['kustomize', `manifests/examples/${example}`]).then((text) => objectsOf(text));
  built.set(example, objects);
  return objects;
}

/** A patch of kustomize puts what it changes first. */
function byName(env: readonly V1EnvVar[] = []): readonly V1EnvVar[] {
  return [...env].sort((one, other) => one.name.localeCompare(other.name));
}

function neededGrace(loadBalancer: 'alb' | 'nlb'): number {
  const settle = loadBalancer === 'alb' ? SETTINGS.settleAlb : SETTINGS.settleNlb;
  return neededGraceSeconds({
    lagMs: LAG_MS,
    settleMs: duration(settle.fallback),
    reserveMs: duration(SETTINGS.reserve.fallback),
  });
}

test('every example is tested', async () => {
  const parts = ['app', 'permissions'];
  expect((await readdir('manifests/examples')).filter((name) => !parts.includes(name)).sort()).toEqual(EXAMPLES);
});

describe.skipIf(kubectl.missing).each(EXAMPLES)('the example %s', (example) => {
  test('has the sidecar, its token, and the hook on every container', async () => {
    const spec = podSpecOf(only(await build(example), 'Deployment'));
    const expected = expectedSidecar({
      image: `registry.example.com/${IMAGE}`,
      gracePeriodSeconds: spec.terminationGracePeriodSeconds ?? 0,
    });
    const sidecars = (spec.initContainers ?? []).map(({ env, ...rest }) => ({ ...rest, env: byName(env) }));
    expect(sidecars).toEqual([{ ...expected, env: byName(expected.env) }]);
    for (const { lifecycle } of spec.containers) expect(lifecycle).toEqual({ preStop: preStopHook(HOOK_PORT) });
    expect(spec.volumes).toContainEqual(tokenVolume());
  });

  test('has a grace period that follows the formula', async () => {
    const objects = await build(example);
    const { spec } = only(objects, 'Service', 'web') as { readonly spec?: { readonly type?: string } };
    const needed = neededGrace(spec?.type === 'LoadBalancer' ? 'nlb' : 'alb');
    const given = podSpecOf(only(objects, 'Deployment')).terminationGracePeriodSeconds ?? 0;
    expect(given).toBeGreaterThanOrEqual(needed);
    expect(given).toBeLessThan(needed + 10);
  });

  test('binds the Role to the service account of its pods', async () => {
    const objects = await build(example);
    const { serviceAccountName } = podSpecOf(only(objects, 'Deployment'));
    const account = { kind: 'ServiceAccount', name: serviceAccountName, namespace: 'shop' };
    expect(only(objects, 'RoleBinding')).toMatchObject({ subjects: [account] });
    expect(only(objects, 'ServiceAccount').metadata).toMatchObject({ name: serviceAccountName, namespace: 'shop' });
  });

  test('has the pods themselves as targets', async () => {
    const text = JSON.stringify(await build(example));
    expect(text).toMatch(/target-?type":"ip"/i);
    expect(text).not.toContain('"instance"');
  });
});

describe.skipIf(kubectl.missing)('the classes of a cluster', () => {
  // kustomize takes every custom resource for one of a namespace, and the API server would refuse it.
  test.each(['gateway-api', 'eks-auto-mode'])('of %s build apart, without a namespace', async (example) => {
    const classes = await build(`${example}/class`);
    expect(classes.map(({ metadata }) => metadata?.namespace)).toEqual(classes.map(() => undefined));
    const kinds = classes.map(({ kind }) => kind);
    expect((await build(example)).filter(({ kind }) => kinds.includes(kind))).toEqual([]);
  });
});
