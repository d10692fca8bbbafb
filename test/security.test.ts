import { access, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { SETTINGS } from '../src/settings.ts';

interface Rule {
  readonly verbs: readonly string[];
  readonly resources: readonly string[];
}

const PAGE = 'docs/security.md';
const page = await readFile(PAGE, 'utf8');

/** The tests that the page names: each file with the titles after it, if any. */
function namedTests(): readonly (readonly [string, readonly string[]])[] {
  const found = page.replaceAll('\n', ' ').matchAll(/`(test\/[\w./-]+\.test\.ts)`((?:[:,] `[^`]+`)*)/g);
  return [...found].map(([, file = '', titles = '']) => [
    file,
    [...titles.matchAll(/`([^`]+)`/g)].map(([, title = '']) => title),
  ]);
}

function section(title: string): string {
  const [, text = ''] = page.split(`\n## ${title}\n`);
  return text.split('\n## ', 1)[0] ?? '';
}

describe('docs/security.md', () => {
  test('names only tests that there are', async () => {
    const named = namedTests();
    expect(named.flatMap(([, titles]) => titles).length).toBeGreaterThan(20);
    for (const [file, titles] of named) {
      const text = await readFile(file, 'utf8');
      for (const title of titles) expect(text, file).toMatch(new RegExp(`['"\`]${RegExp.escape(title)}['"\`]`));
    }
  });

  test('tells of each rule of the Role, and of no other', async () => {
    const { rules } = parse(await readFile('manifests/base/role.yaml', 'utf8')) as { rules: readonly Rule[] };
    const shipped = rules.map(({ verbs, resources }) => `${verbs} ${resources}`);
    const told = [...section('The service account token').matchAll(/^\| `([a-z ]+)` \|/gm)].map(([, rule]) => rule);
    expect(told).toEqual([...new Set(shipped)]);
  });

  test('tells of each action of the IAM policy, and of no other', async () => {
    const { Statement } = JSON.parse(await readFile('manifests/iam/policy.json', 'utf8')) as {
      Statement: readonly { readonly Action: readonly string[] }[];
    };
    const told = [...page.matchAll(/`(elasticloadbalancing:\w+)`/g)].map(([, action]) => action);
    expect(told).toEqual(Statement.flatMap(({ Action }) => Action));
  });

  test('has a network policy that leaves the port of the sidecar to the node', () => {
    const [, code = ''] = /```yaml\n(apiVersion[\s\S]*?)```/.exec(page) ?? [];
    const { spec } = parse(code) as {
      spec: { policyTypes: readonly string[]; ingress: readonly { ports: readonly { port: number }[] }[] };
    };
    expect(spec.policyTypes).toEqual(['Ingress']);
    // A rule without ports would be one for all of them.
    const opened = spec.ingress.map(({ ports }) => ports.map(({ port }) => port));
    expect(opened).toEqual([[8080]]);
    expect(opened.flat()).not.toContain(Number(SETTINGS.port.fallback));
  });
});

test.each([PAGE, 'SECURITY.md'])('%s leads only to files that exist', async (file) => {
  const text = await readFile(file, 'utf8');
  const links = [...text.matchAll(/\]\(([\w./-]+)\)/g)].map(([, path = '']) => join(dirname(file), path));
  const paths = [...text.matchAll(/`((?:\.github|manifests)\/[\w./-]+)`/g)].map(([, path = '']) => path);
  expect(links).not.toEqual([]);
  await Promise.all([...links, ...paths].map((path) => access(path)));
});
