import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { V1Deployment } from '@kubernetes/client-node';
import type { RealNamespace } from '../../../real/namespace.ts';
import { kustomize } from '../../../real/workload/kustomize.ts';
import { runTool } from '../../../scripts/tool.ts';
import { tool } from '../../support/tools.ts';

/** The four ways in which a Deployment gets its sidecar. Each applies it to the namespace, as a user would. */
export const WAYS = {
  'drain-wait inject': byInject,
  'the kustomize component': byComponent,
  'a chart of its own with the named templates': byChart,
  'the admission policy': byPolicy,
} as const satisfies Record<string, (shop: RealNamespace, deployment: V1Deployment) => Promise<void>>;

async function byInject(shop: RealNamespace, deployment: V1Deployment): Promise<void> {
  await shop.apply(await inject(JSON.stringify(deployment)));
}

/** What the command line makes of manifests. */
export function inject(manifests: string, flags: readonly string[] = []): Promise<string> {
  const { signal } = new AbortController();
  return runTool(process.execPath, ['src/main.ts', 'inject', '--quiet', ...flags], { signal, input: manifests });
}

async function byComponent(shop: RealNamespace, deployment: V1Deployment): Promise<void> {
  const components = ['components/sidecar-native'];
  await shop.apply(await kustomize(shop.kubectl, { objects: [deployment], components }));
}

const TEMPLATE = `
{{- $deployment := .Files.Get "deployment.json" | fromJson }}
{{- $spec := $deployment.spec.template.spec }}
{{- $_ := set $spec "terminationGracePeriodSeconds" (include "drain-wait.gracePeriodSeconds" . | int) }}
{{- $_ := set $spec "initContainers" (include "drain-wait.sidecar" . | fromYamlArray) }}
{{- $_ := set $spec "volumes" (concat $spec.volumes (include "drain-wait.volume" . | fromYamlArray)) }}
{{- range $spec.containers }}
{{- $_ := set . "lifecycle" (dict "preStop" (include "drain-wait.hook" $ | fromYaml)) }}
{{- end }}
{{ toYaml $deployment }}
`;

async function byChart(shop: RealNamespace, deployment: V1Deployment): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'drain-wait-chart-'));
  try {
    await cp('manifests/chart', join(folder, 'charts/drain-wait'), { recursive: true, dereference: true });
    await writeFile(join(folder, 'Chart.yaml'), JSON.stringify({ apiVersion: 'v2', name: 'shop', version: '1.0.0' }));
    await writeFile(join(folder, 'deployment.json'), JSON.stringify(deployment));
    await mkdir(join(folder, 'templates'));
    await writeFile(join(folder, 'templates', 'deployment.yaml'), TEMPLATE);
    const helm = await tool('helm');
    await shop.apply(await helm.run(['template', 'web', folder, '--namespace', shop.name]));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The policy itself is in the cluster already; a namespace asks for it by its label. */
async function byPolicy(shop: RealNamespace, deployment: V1Deployment): Promise<void> {
  await shop.kubectl(['label', 'namespace', shop.name, 'drain-wait/inject=enabled']);
  await shop.apply([deployment]);
}
