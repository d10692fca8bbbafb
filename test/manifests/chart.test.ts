import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import packageJson from '../../package.json' with { type: 'json' };
import { IMAGE } from '../../real/workload/image.ts';
import { SETTINGS } from '../../src/settings.ts';
import { type Manifest, objectsOf, only } from '../support/manifests.ts';
import { tool } from '../support/tools.ts';

const helm = await tool('helm');

const CHART = 'manifests/chart';

async function shipped(path: string): Promise<Manifest> {
  return parse(await readFile(`manifests/${path}`, 'utf8')) as Manifest;
}

/** What the chart makes, in a release `web` in the namespace `shop`, with settings as for `--set-json`. */
async function render(...values: readonly string[]): Promise<readonly Manifest[]> {
  const flags = values.flatMap((value) => ['--set-json', value]);
  return objectsOf(await helm.run(['template', 'web', CHART, '--namespace', 'shop', ...flags]));
}

describe('the chart', () => {
  test('has the version of the program', async () => {
    const { version, appVersion } = parse(await readFile(`${CHART}/Chart.yaml`, 'utf8'));
    expect({ version, appVersion }).toEqual({ version: packageJson.version, appVersion: packageJson.version });
    expect(await readFile(`${CHART}/templates/_helpers.tpl`, 'utf8')).toContain(`default "${packageJson.version}"`);
  });

  test('takes every setting that is for a user to make', async () => {
    const schema = await readFile(`${CHART}/values.schema.json`, 'utf8');
    const { gracePeriod, podName, podNamespace, podUid, podIps, ...ours } = SETTINGS;
    expect([...new Set(schema.match(/DRAIN_WAIT_[A-Z_]*[A-Z]/g))]).toEqual(Object.values(ours).map(({ env }) => env));
  });
});

describe.skipIf(helm.missing)('helm', () => {
  test.each(['{}', '{"enabled":true}'])('finds nothing in the chart with injection=%s', async (injection) => {
    const said = await helm.run(['lint', '--strict', CHART, '--set-json', `injection=${injection}`]);
    expect(said).toContain('0 chart(s) failed');
  });

  test.each([
    ['sidecar.settings', '{"DRAIN_WAIT_RESREVE":"20s"}', 'DRAIN_WAIT_RESREVE'],
    ['sidecar.settings', '{"DRAIN_WAIT_POD_NAME":"web"}', 'DRAIN_WAIT_POD_NAME'],
    ['sidecar.settings', '{"DRAIN_WAIT_NODE_IPS":{"secretKeyRef":{"name":"x","key":"y"}}}', 'fieldRef'],
    ['injection.settings', '{"DRAIN_WAIT_NODE_IPS":{"fieldRef":{"fieldPath":"status.hostIPs"}}}', 'string'],
    ['sidecar.loadBalancer', '"elb"', 'loadBalancer'],
    ['rbac.serviceAccounts', '[]', 'serviceAccounts'],
    ['namespaces', '["shop"]', 'namespaces'],
  ])('refuses %s=%s', async (name, value, word) => {
    await expect(render(`${name}=${value}`)).rejects.toThrow(word);
  });

  test('gives the Role to the pods of the release, and makes nothing else', async () => {
    const objects = await render();
    expect(objects.map(({ kind }) => kind)).toEqual(['Role', 'RoleBinding']);
    expect(only(objects, 'Role')['rules']).toEqual((await shipped('base/role.yaml'))['rules']);
    expect(only(objects, 'RoleBinding')).toMatchObject({
      metadata: { namespace: 'shop' },
      roleRef: { kind: 'Role', name: only(objects, 'Role').metadata?.name },
      subjects: [{ kind: 'ServiceAccount', name: 'default', namespace: 'shop' }],
    });
  });

  test('gives it in the namespaces of the values to their service accounts', async () => {
    const objects = await render('rbac.namespaces=["shop","bank"]', 'rbac.serviceAccounts=["web","*"]');
    const bindings = objects.filter(({ kind }) => kind === 'RoleBinding');
    expect(bindings.map(({ metadata, subjects }) => [metadata?.namespace, subjects])).toEqual(
      ['shop', 'bank'].map((namespace) => [
        namespace,
        [
          { kind: 'ServiceAccount', name: 'web', namespace },
          { apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: `system:serviceaccounts:${namespace}` },
        ],
      ]),
    );
    expect(await render('rbac.create=false')).toEqual([]);
  });

  test('makes the admission policy of manifests/injection, with settings in the namespace of the release', async () => {
    const objects = await render('injection={"enabled":true,"settings":{"DRAIN_WAIT_RESERVE":"20s"}}');
    expect(only(objects, 'MutatingAdmissionPolicy')).toEqual(await shipped('injection/v1/policy.yaml'));
    const { spec, ...binding } = await shipped('injection/v1/binding.yaml');
    expect(only(objects, 'MutatingAdmissionPolicyBinding')).toEqual({
      ...binding,
      spec: { ...Object(spec), paramRef: { ...Object(spec).paramRef, namespace: 'shop' } },
    });
    expect(only(objects, 'ConfigMap')).toMatchObject({
      metadata: { name: 'drain-wait-injection', namespace: 'shop' },
      data: {
        image: IMAGE,
        gracePeriodSeconds: '60',
        DRAIN_WAIT_RESERVE: '20s',
      },
    });
  });

  test('makes it as v1beta1 where the cluster has nothing else', async () => {
    const versions = ['--api-versions', 'admissionregistration.k8s.io/v1beta1/MutatingAdmissionPolicy'];
    const text = await helm.run(['template', 'web', CHART, '--set', 'injection.enabled=true', ...versions]);
    const objects = objectsOf(text).filter(({ kind }) => kind?.startsWith('Mutating'));
    expect(objects.map(({ apiVersion }) => apiVersion)).toEqual([
      'admissionregistration.k8s.io/v1beta1',
      'admissionregistration.k8s.io/v1beta1',
    ]);
  });
});
