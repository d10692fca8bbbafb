import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { CHECKS, SECTIONS } from '../../src/doctor/checks.ts';
import { examine } from '../../src/doctor/examine.ts';
import { LEVELS } from '../../src/doctor/finding.ts';
import { jsonReport } from '../../src/doctor/formats/json.ts';
import { factsOf } from './facts.ts';

const page = await readFile('docs/doctor.md', 'utf8');

function rowsUnder(heading: string): readonly string[] {
  const [, after = ''] = page.split(`\n## ${heading}\n`);
  const [section = ''] = after.split('\n## ', 1);
  return section.split('\n').filter((line) => line.startsWith('| `'));
}

test('docs/doctor.md has the table of checks as the program has it', () => {
  const rows = CHECKS.map(({ id, levels, finds, why, fix }) =>
    [`\`${id}\``, levels.join(', '), finds, why, fix].map((cell) => cell.replaceAll('|', '\\|')).join(' | '),
  );
  expect(rowsUnder('The checks')).toEqual(rows.map((row) => `| ${row} |`));
});

test('docs/doctor.md has the sections as the program has them', () => {
  expect(rowsUnder('The sections')).toEqual(SECTIONS.map(({ id, title }) => `| \`${id}\` | ${title} |`));
});

test('docs/doctor.md has the levels, the worst first', () => {
  expect(rowsUnder('The levels').map((row) => row.split('`')[1])).toEqual([...LEVELS].reverse());
});

test('docs/doctor.md names every key of the JSON', async () => {
  const facts = await factsOf({}, (world) => {
    world.sidecar.livenessProbe = {};
  });
  const keys = new Set<string>();
  JSON.parse(jsonReport(examine(facts), '1'), (key, value: unknown) => {
    if (key !== '' && !/^\d+$/.test(key)) keys.add(key);
    return value;
  });
  const [, json = ''] = page.split('\n## As JSON\n');
  expect([...keys].sort()).toEqual([
    'alike',
    'check',
    'findings',
    'fix',
    'level',
    'message',
    'namespace',
    'pod',
    'subjects',
    'version',
    'why',
  ]);
  for (const key of keys) expect(json).toContain(`"${key}":`);
});

test('the texts of the checks are sentences, and what they find is not one', () => {
  for (const { id, finds, why, fix } of CHECKS) {
    expect(finds, id).toMatch(/[^.]$/);
    expect(why, id).toMatch(/^[A-Z].*\.$/);
    expect(fix, id).toMatch(/^[A-Z].*[.}]$/);
  }
});

test('checks and sections have names of their own', () => {
  const ids = [...CHECKS, ...SECTIONS].map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[a-z]+(-[a-z]+)*$/);
});
