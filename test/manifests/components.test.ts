import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { kustomize, type Overlay } from '../../real/workload/kustomize.ts';
import { webDeployment } from '../../real/workload/web.ts';
import { HOOK_PORT, preStopHook, SIDECAR_NAME, tokenVolume } from '../../src/workload/sidecar.ts';
import { expectedSidecar, type Manifest, objectsOf, only, podSpecOf } from '../support/manifests.ts';
import { tool } from '../support/tools.ts';

const kubectl = await tool('kubectl');

const hook = { preStop: preStopHook(HOOK_PORT) };

async function build(overlay: Overlay): Promise<readonly Manifest[]> {
  return objectsOf(await kustomize(kubectl.run, overlay));
}

describe.skipIf(kubectl.missing)('the component for a native sidecar', () => {
  const components = ['components/sidecar-native'];

  test.each(['Deployment', 'StatefulSet', 'DaemonSet'])('protects a %s', async (kind) => {
    const objects = await build({ objects: [{ ...webDeployment(), kind }], components });
    const spec = podSpecOf(only(objects, kind));
    expect(spec.initContainers).toEqual([expectedSidecar()]);
    expect(spec.containers).toMatchObject([{ name: 'app', lifecycle: hook }]);
    expect(spec.volumes).toContainEqual(tokenVolume());
    expect(spec.terminationGracePeriodSeconds).toBe(60);
  });

  test('puts the sidecar before other init containers, and keeps them and the volumes', async () => {
    const own = {
      initContainers: [{ name: 'migrate', image: 'migrate:1' }],
      volumes: [{ name: 'program', emptyDir: {} }],
    };
    const objects = await build({ objects: [webDeployment({ spec: own })], components });
    const spec = podSpecOf(only(objects, 'Deployment'));
    expect(spec.initContainers).toEqual([expectedSidecar(), own.initContainers[0]]);
    expect(spec.volumes).toEqual(expect.arrayContaining([own.volumes[0], tokenVolume()]));
  });
});

describe.skipIf(kubectl.missing)('the component for a classic sidecar', () => {
  const components = ['components/sidecar-classic'];

  test.each(['Deployment', 'StatefulSet', 'DaemonSet'])(
    'protects a %s, with the sidecar as the last container',
    async (kind) => {
      const objects = await build({ objects: [{ ...webDeployment(), kind }], components });
      const spec = podSpecOf(only(objects, kind));
      expect(spec.initContainers).toBeUndefined();
      expect(spec.containers.map(({ name }) => name)).toEqual(['app', SIDECAR_NAME]);
      expect(spec.containers[0]).toMatchObject({ lifecycle: hook });
      expect(spec.containers[1]).toEqual(expectedSidecar({ kind: 'classic' }));
      expect(spec.volumes).toContainEqual(tokenVolume());
      expect(spec.terminationGracePeriodSeconds).toBe(60);
    },
  );
});

describe.skipIf(kubectl.missing)('each component', () => {
  test.each(['native', 'classic'])('(%s) leaves alone what opts out, and what makes no pods', async (kind) => {
    const { metadata, ...web } = webDeployment();
    const labels = { app: 'web', 'drain-wait/inject': 'disabled' };
    const config = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'program' } };
    const objects = [{ ...web, metadata: { ...metadata, labels } }, config];
    const built = await build({ objects, components: [`components/sidecar-${kind}`] });
    expect(JSON.stringify(built)).not.toContain('prestop');
    expect(built).toHaveLength(2);
  });
});

describe.skipIf(kubectl.missing)('the base', () => {
  test('allows what the README says, and nothing besides', async () => {
    const readme = await readFile('README.md', 'utf8');
    const said = /^rules:\n(?: {2}- .*\n)+/m.exec(readme)?.[0] ?? '';
    const { rules } = only(await build({ resources: ['base'] }), 'Role');
    expect({ rules }).toEqual(parse(said));
  });

  test('binds the Role to the service account of the pods, in the namespace of the kustomization', async () => {
    const objects = await build({ namespace: 'shop', resources: ['base'] });
    expect(only(objects, 'Role').metadata?.namespace).toBe('shop');
    expect(only(objects, 'RoleBinding')).toMatchObject({
      metadata: { namespace: 'shop' },
      roleRef: { kind: 'Role', name: 'drain-wait' },
      subjects: [{ kind: 'ServiceAccount', name: 'default', namespace: 'shop' }],
    });
  });
});
