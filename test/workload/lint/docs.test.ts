import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { itemsOf, type Place, placesOf, textsOf } from '../../../src/workload/lint/place.ts';
import { RULES } from '../../../src/workload/lint/rules.ts';
import { parseManifests } from '../../../src/workload/manifests.ts';
import { lintText } from './fixtures.ts';

const page = await readFile('docs/lint.md', 'utf8');

test('docs/lint.md has the table of rules as the program has it', () => {
  const rows = RULES.map(({ id, severity, finds, why, fix }) =>
    [`\`${id}\``, severity, finds, why, fix].map((cell) => cell.replaceAll('|', '\\|')).join(' | '),
  );
  const [, table = ''] = page.split('## The rules');
  expect(table.split('\n').filter((line) => line.startsWith('| `'))).toEqual(rows.map((row) => `| ${row} |`));
});

test('the texts of the rules are sentences, and what they find is not one', () => {
  for (const { finds, why, fix } of RULES) {
    expect(finds).toMatch(/[^.]$/);
    expect(why).toMatch(/^[A-Z].*\.$/);
    expect(fix).toMatch(/^[A-Z].*\.$/);
  }
});

test('asks for what the shipped Role gives, and for no others', async () => {
  const role = await readFile('manifests/base/role.yaml', 'utf8');
  const shipped = placesOf(parseManifests('role.yaml', role)).flatMap((each) => itemsOf(each, 'rules'));
  const asked = lintText(POD_WITHOUT_RULES).map(({ message }) => message.replace(/^.* may not /, ''));
  expect([...asked].sort()).toEqual(shipped.map(inWords).sort());
});

function inWords(rule: Place): string {
  const [group = '', resource = '', verb = ''] = ['apiGroups', 'resources', 'verbs'].flatMap((key) =>
    textsOf(rule, key),
  );
  return `${verb} ${group === '' ? resource : `${resource}.${group}`}`;
}

const POD_WITHOUT_RULES = `
kind: Role
metadata: { name: drain-wait }
rules: []
---
kind: RoleBinding
metadata: { name: drain-wait }
roleRef: { kind: Role, name: drain-wait }
subjects: [{ kind: ServiceAccount, name: default }]
---
kind: Pod
metadata: { annotations: { drain-wait/lint-ignore: "no-hook, grace-short, downward-api, no-probe" } }
spec: { containers: [{ name: drain-wait, image: drain-wait }, { name: app, image: app }] }
`;
