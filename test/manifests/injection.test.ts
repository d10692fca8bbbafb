import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { IMAGE } from '../../real/workload/image.ts';
import { HOOK_PORT, preStopHook, tokenVolume } from '../../src/workload/sidecar.ts';
import { expectedSidecar, objectsOf, only } from '../support/manifests.ts';
import { tool } from '../support/tools.ts';

const kubectl = await tool('kubectl');

interface Policy {
  readonly spec: {
    readonly failurePolicy: string;
    readonly mutations: readonly {
      readonly jsonPatch?: { readonly expression: string };
      readonly applyConfiguration?: { readonly expression: string };
    }[];
  };
}

const policy = parse(await readFile('manifests/injection/v1/policy.yaml', 'utf8')) as Policy;
const expressions = policy.spec.mutations.map(
  ({ jsonPatch, applyConfiguration }) => jsonPatch?.expression ?? applyConfiguration?.expression ?? '',
);

/** What depends on the pod and the settings, as it is for a pod without either. */
const FILLED_IN: readonly (readonly [string | RegExp, string])[] = [
  [/ \+ variables\.sortedNames\.map\(name, [\w.]+\{[^}]*\}\)/, ''],
  [/variables\.settings\[\?'image'\]\.orValue\(('.*?')\)/, '$1'],
  [/string\(variables\.grace\) \+ 's'/, "'60s'"],
  [/variables\.port/g, String(HOOK_PORT)],
];

/** The object literal of CEL after `member: ` as the object that it makes: without its types it is YAML in flow style. */
function literal(expression: string, member: string): unknown {
  const from = expression.indexOf('{', expression.indexOf(`${member}: Object.`));
  const filled = FILLED_IN.reduce((text, [what, by]) => text.replace(what, by), balanced(expression.slice(from)));
  return parse(filled.replaceAll(/Object[\w.]*\{/g, '{'));
}

/** The text up to the brace that closes the first one. */
function balanced(text: string): string {
  let depth = 0;
  for (const [index, character] of [...text].entries()) {
    depth += Number(character === '{') - Number(character === '}');
    if (depth === 0) return text.slice(0, index + 1);
  }
  throw new Error('A brace is not closed');
}

describe('the admission policy', () => {
  test('adds the sidecar', () => {
    expect(literal(expressions[0] ?? '', 'value')).toEqual(expectedSidecar());
  });

  test('adds its token', () => {
    expect(literal(expressions[1] ?? '', 'value')).toEqual(tokenVolume());
  });

  test('adds the hook', () => {
    expect(literal(expressions[2] ?? '', 'preStop')).toEqual(preStopHook(HOOK_PORT));
  });

  // A mutation that fails leaves those before it in place: half a sidecar.
  test('makes no pod rather than half of one', () => {
    expect(policy.spec.failurePolicy).toBe('Fail');
  });
});

describe.skipIf(kubectl.missing)('manifests/injection', () => {
  test('and its v1beta1 differ in nothing but the version', async () => {
    const [v1, v1beta1] = await Promise.all(
      ['injection', 'injection/v1beta1'].map((folder) => kubectl.run(['kustomize', `manifests/${folder}`])),
    );
    const versions = /^apiVersion: (admissionregistration.k8s.io\/.*)$/gm;
    expect([...(v1beta1 ?? '').matchAll(versions)].map(([, version]) => version)).toEqual([
      'admissionregistration.k8s.io/v1beta1',
      'admissionregistration.k8s.io/v1beta1',
    ]);
    expect(v1beta1?.replaceAll(versions, 'apiVersion: admissionregistration.k8s.io/v1')).toBe(v1);
  });

  test('binds the policy to settings that are there', async () => {
    const objects = objectsOf(await kubectl.run(['kustomize', 'manifests/injection']));
    const { metadata, data } = only(objects, 'ConfigMap');
    expect(only(objects, 'MutatingAdmissionPolicyBinding')).toMatchObject({
      spec: {
        policyName: only(objects, 'MutatingAdmissionPolicy').metadata?.name,
        paramRef: { name: metadata?.name, namespace: metadata?.namespace },
      },
    });
    expect(data).toEqual({ image: IMAGE, gracePeriodSeconds: '60' });
    expect(only(objects, 'Namespace').metadata?.name).toBe(metadata?.namespace);
  });
});
