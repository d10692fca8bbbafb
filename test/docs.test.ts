import { access, readFile } from 'node:fs/promises';
import { loadYaml, type V1PodSpec } from '@kubernetes/client-node';
import { describe, expect, test } from 'vitest';
import packageJson from '../package.json' with { type: 'json' };
import { addTargetGroup } from '../sim/add-target-group.ts';
import { REASONS } from '../src/core/outcome.ts';
import { SETTINGS } from '../src/settings.ts';
import { HOOK_PORT, preStopHook, tokenVolume } from '../src/workload/sidecar.ts';
import { expectedSidecar } from './support/manifests.ts';
import { startScene } from './support/scene.ts';

const readme = await readFile('README.md', 'utf8');

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/** The code block of the README in this language that contains `text`. */
function block(language: string, text: string): string {
  const blocks = [...readme.matchAll(/```(\w+)\n([\s\S]*?)```/g)];
  return blocks.find(([, found, code]) => found === language && code?.includes(text))?.[2] ?? '';
}

describe('the README', () => {
  test('names only settings that exist', () => {
    const known: readonly string[] = Object.values(SETTINGS).map(({ env }) => env);
    const named = (readme.match(/DRAIN_WAIT_[A-Z_]+/g) ?? []).filter((name) => name !== 'DRAIN_WAIT_ENTRY');
    expect(named.filter((name) => !known.includes(name))).toEqual([]);
  });

  test('has the table of reasons as the program has it', () => {
    const rows = [...readme.matchAll(/^\| `([a-z-]+)` \| .* \| (\d+) \| (\d+) \|$/gm)].map(([, ...cells]) => cells);
    expect(rows).toEqual(
      Object.entries(REASONS).map(([reason, { httpStatus, exitCode }]) => [
        reason,
        String(httpStatus),
        String(exitCode),
      ]),
    );
  });

  test('names only npm scripts that exist', () => {
    for (const [, script = ''] of readme.matchAll(/npm run ([a-z0-9:]+)/g))
      expect(packageJson.scripts).toHaveProperty([script]);
  });

  test('shows the pod that every way makes', () => {
    const { spec } = loadYaml<{ spec: V1PodSpec }>(block('yaml', 'initContainers:'));
    expect(spec).toMatchObject({
      terminationGracePeriodSeconds: 60,
      initContainers: [expectedSidecar()],
      containers: [{ lifecycle: { preStop: preStopHook(HOOK_PORT) } }],
      volumes: [tokenVolume()],
    });
    expect(spec.initContainers).toEqual([expectedSidecar()]);
  });

  test('gives the Role that is shipped', async () => {
    const { rules } = loadYaml<{ rules: readonly Rule[] }>(block('yaml', 'rules:'));
    const shipped = loadYaml<{ rules: readonly Rule[] }>(await readFile('manifests/base/role.yaml', 'utf8'));
    expect(shipped.rules).toEqual(rules);
  });

  test('leads only to files that exist', async () => {
    const named = [...readme.matchAll(/\]\(([\w./-]+)\)|`(manifests\/[\w/-]+)`/g)].map(
      ([, link, path]) => link ?? path ?? '',
    );
    await Promise.all(named.map((path) => access(path)));
  });

  test('gives a Role with every rule that a hold needs, and none besides', async () => {
    const { rules } = loadYaml<{ rules: readonly Rule[] }>(block('yaml', 'rules:'));
    const allowed = rules.flatMap(({ apiGroups, resources, verbs }) => `${verbs} ${resources}.${apiGroups}`);
    await using scene = await startScene({
      prepare: (cluster) => void addTargetGroup(cluster),
    });
    scene.delete();
    await scene.ended();
    const used = scene.cluster.kubernetes.requests.map(({ name }) => permissionOf(name));
    expect([...new Set(used)].sort()).toEqual(allowed.sort());
  });

  test('gives an IAM policy with every action that a hold needs, and none besides', async () => {
    const { Action } = JSON.parse(block('json', 'elasticloadbalancing:')) as { Action: readonly string[] };
    await using scene = await startScene({
      prepare(cluster) {
        const { arn } = addTargetGroup(cluster);
        cluster.store.list('TargetGroupBinding').forEach((binding) => {
          const { targetGroupProtocol: _, ...spec } = binding.spec;
          cluster.store.put({ ...binding, spec: { ...spec, targetGroupARN: arn } });
        });
      },
    });
    scene.delete();
    await scene.ended();
    const used = scene.cluster.aws.requests.map(({ action }) => `elasticloadbalancing:${action}`);
    expect([...new Set(used)].sort()).toEqual([...Action].sort());
  });
});

/** `GET /apis/<group>/<version>/namespaces/<namespace>/<resource>[/<name>]` → `list <resource>.<group>`. */
function permissionOf(request: string): string {
  const [method, url = ''] = request.split(' ');
  const [, , group, , , , resource, name] = url.replace('/api/v1/', '/apis//v1/').split('/');
  const verb = method === 'POST' ? 'create' : name === undefined ? 'list' : 'get';
  return `${verb} ${resource}.${group}`;
}
