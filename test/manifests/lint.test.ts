import { readdir } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { tool } from '../support/tools.ts';
import { lint } from '../workload/lint/run-lint.ts';

const kubectl = await tool('kubectl');
const helm = await tool('helm');
const folders = await readdir('manifests/examples', { withFileTypes: true });
// `app` and `permissions` are parts of the others.
const examples = folders.map(({ name }) => name).filter((name) => !['app', 'permissions'].includes(name));
const STRICT = ['--fail-on', 'info', '--format', 'json'] as const;

describe('drain-wait lint finds nothing in', () => {
  test.skipIf(kubectl.missing).each(examples)('the example %s', async (example) => {
    const input = await kubectl.run(['kustomize', `manifests/examples/${example}`]);
    const { code, stdout } = await lint(STRICT, { input });
    expect({ code, ...JSON.parse(stdout) }).toMatchObject({ code: 0, findings: [] });
  });

  test.skipIf(helm.missing)('what the chart makes', async () => {
    const input = await helm.run(['template', 'web', 'manifests/chart', '--set', 'injection.enabled=true']);
    const { code, stdout } = await lint(STRICT, { input });
    expect({ code, ...JSON.parse(stdout) }).toMatchObject({ code: 0, findings: [] });
  });

  test('the shipped files themselves', async () => {
    const { code, stdout } = await lint([...STRICT, 'manifests']);
    expect({ code, ...JSON.parse(stdout) }).toMatchObject({ code: 0, findings: [] });
  });
});
