import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { shippedFiles } from '../support/manifests.ts';

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource?: string;
  readonly Principal?: Readonly<Record<string, string>>;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

async function statements(name: string): Promise<readonly Statement[]> {
  const policy = JSON.parse(await readFile(`manifests/iam/${name}.json`, 'utf8')) as {
    readonly Version: string;
    readonly Statement: readonly Statement[];
  };
  expect(policy.Version).toBe('2012-10-17');
  return policy.Statement;
}

describe('the IAM policies', () => {
  test('allow what the README says, and nothing besides', async () => {
    const readme = await readFile('README.md', 'utf8');
    const [{ Action, Resource } = {}] = await statements('policy');
    const said = /^{ "Effect": "Allow", "Action": .*$/m.exec(readme)?.[0] ?? '{}';
    expect({ Effect: 'Allow', Action, Resource }).toEqual(JSON.parse(said));
    expect(await statements('policy')).toHaveLength(1);
  });

  test('trust the service account of the examples, by IRSA', async () => {
    const [{ Condition } = {}] = await statements('trust-policy-irsa');
    expect(Object.values(Condition?.['StringEquals'] ?? {}).sort()).toEqual([
      'sts.amazonaws.com',
      'system:serviceaccount:shop:web',
    ]);
  });

  test('agree with the TargetGroupBinding of the example cross-account', async () => {
    const files = await shippedFiles('examples/cross-account');
    const binding = files.get('manifests/examples/cross-account/target-group-binding.yaml') ?? '';
    const [role] = /arn:aws:iam::\S+/.exec(binding) ?? [];
    const [, externalId] = /assumeRoleExternalId: (\S+)/.exec(binding) ?? [];
    const [allowed] = await statements('cross-account-policy');
    const [trusted, tags] = await statements('cross-account-trust-policy');
    expect(allowed?.Resource).toBe(role);
    expect(trusted?.Condition).toEqual({ StringEquals: { 'sts:ExternalId': externalId } });
    expect(tags).toMatchObject({ Action: 'sts:TagSession', Principal: trusted?.Principal });
  });

  test('are what Terraform makes', async () => {
    const terraform = await readFile('manifests/iam/terraform/main.tf', 'utf8');
    expect(terraform).toContain(`file("$` + `{path.module}/../policy.json")`);
    const [podIdentity] = await statements('trust-policy-pod-identity');
    for (const action of [podIdentity?.Action ?? []].flat()) expect(terraform).toContain(`"${action}"`);
  });
});
