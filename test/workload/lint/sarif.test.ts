import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import packageJson from '../../../package.json' with { type: 'json' };
import { RULES } from '../../../src/workload/lint/rules.ts';
import { BROKEN, fixturesIn, HOOKS, marksIn, PROBES } from './fixtures.ts';
import { lint } from './run-lint.ts';

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lint-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe.concurrent('drain-wait lint --format sarif', () => {
  test('is SARIF 2.1.0 with every rule, and every finding where it stands', async () => {
    const { stdout, code } = await lint([...fixturesIn(BROKEN), '--format', 'sarif']);
    const log = JSON.parse(stdout);
    expect(log).toMatchObject({ $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0' });
    const [{ tool, results }] = log.runs;
    expect(tool.driver).toMatchObject({ name: 'drain-wait lint', semanticVersion: packageJson.version });
    expect(tool.driver.rules.map(({ id }: { id: string }) => id)).toEqual(RULES.map(({ id }) => id));
    for (const rule of tool.driver.rules) {
      expect(rule).toEqual({
        id: expect.any(String),
        shortDescription: { text: expect.stringMatching(/\.$/) },
        fullDescription: { text: expect.stringMatching(/\.$/) },
        help: { text: expect.any(String) },
        helpUri: expect.stringMatching(/^https:\/\//),
        defaultConfiguration: { level: expect.stringMatching(/^(error|warning|note)$/) },
        properties: expect.any(Object),
      });
    }
    expect(results.length).toBeGreaterThan(50);
    for (const result of results) expect(tool.driver.rules[result.ruleIndex].id).toBe(result.ruleId);
    expect(code).toBe(1);
  });

  test('gives files relative to where it was started, spaces encoded, and those outside as absolute', async () => {
    const inside = join(folder, 'my app.yaml');
    await cp(HOOKS, inside);
    const { stdout } = await lint([inside, resolve(PROBES), '--format=sarif'], { cwd: folder });
    const locations = JSON.parse(stdout).runs[0].results.map(
      (result: { locations: readonly { physicalLocation: unknown }[] }) => result.locations[0]?.physicalLocation,
    );
    const [mark = ''] = marksIn(HOOKS);
    expect(locations).toContainEqual({
      artifactLocation: { uri: 'my%20app.yaml' },
      region: { startLine: Number(/:(\d+) /.exec(mark)?.[1]) },
    });
    const uris = new Set(
      locations.map(({ artifactLocation }: { artifactLocation: { uri: string } }) => artifactLocation.uri),
    );
    expect(uris).toEqual(new Set(['my%20app.yaml', `file://${resolve(PROBES)}`]));
  });
});
