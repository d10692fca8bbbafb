import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const FORBIDDEN = [
  ['src/core/a.ts', 'node:fs'],
  ['src/core/b.ts', 'p-retry'],
  ['src/core/c.ts', '../config.ts'],
  ['src/aws/a.ts', '../kubernetes/errors.ts'],
  ['src/aws/b.ts', '../config.ts'],
  ['src/kubernetes/a.ts', '../sidecar/server.ts'],
  ['src/sidecar/a.ts', '../aws/errors.ts'],
  ['src/sidecar/b.ts', '../commands/serve.ts'],
  ['src/commands/a.ts', '../kubernetes/cluster.ts'],
  ['src/workload/a.ts', '../kubernetes/errors.ts'],
  ['src/workload/b.ts', 'node:fs'],
  ['src/workload/inject/a.ts', '../../commands/inject.ts'],
  ['src/kubernetes/b.ts', '../doctor/facts.ts'],
  ['src/doctor/a.ts', '../kubernetes/objects.ts'],
  ['src/doctor/b.ts', 'node:fs'],
  ['src/doctor/checks/a.ts', '../../sidecar/startup-check.ts'],
  ['src/doctor/collect/a.ts', '../../aws/load-balancers.ts'],
  ['src/verify/a.ts', '../kubernetes/events-reader.ts'],
  ['src/verify/b.ts', 'node:http'],
  ['src/verify/report/a.ts', 'node:fs/promises'],
  ['src/verify/send/a.ts', '../../commands/verify.ts'],
  ['src/verify/send/b.ts', '../../../sim/http.ts'],
  ['src/a.ts', '../sim/http.ts'],
  ['src/b.ts', '../real/kubectl.ts'],
  ['src/commands/b.ts', '../../sim/http.ts'],
] as const;

const ALLOWED = [
  ['src/core/d.ts', './pace.ts'],
  ['src/aws/c.ts', '../core/errors.ts'],
  ['src/aws/d.ts', '@aws-sdk/credential-providers'],
  ['src/sidecar/c.ts', '../telemetry/log.ts'],
  ['src/commands/c.ts', '../sidecar/server.ts'],
  ['src/workload/lint/a.ts', '../sidecar.ts'],
  ['src/workload/c.ts', '../settings.ts'],
  ['src/aws/e.ts', '../doctor/collect/ports.ts'],
  ['src/doctor/c.ts', '../workload/permissions.ts'],
  ['src/doctor/checks/b.ts', '../../core/discover.ts'],
  ['src/doctor/d.ts', '../config.ts'],
  ['src/verify/c.ts', '../core/errors.ts'],
  ['src/verify/report/b.ts', 'node:util'],
  ['src/verify/send/c.ts', 'node:http'],
  ['src/verify/send/d.ts', '../record.ts'],
] as const;

let folder = '';
let findings = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'boundaries-'));
  await cp('biome.json', join(folder, 'biome.json'));
  for (const [file, imported] of [...FORBIDDEN, ...ALLOWED]) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(
      join(folder, file),
      `export * from '${imported}';\nexport const load = () => import('${imported}');\n`,
    );
  }
  await writeFile(join(folder, 'src/core/e.ts'), 'export const now = () => Date.now();\n');
  const biome = join(process.cwd(), 'node_modules/@biomejs/biome/bin/biome');
  findings = await new Promise((resolve) =>
    execFile(
      process.execPath,
      [biome, 'lint', '--reporter=github', '--max-diagnostics=none'],
      { cwd: folder },
      (_, stdout) => resolve(stdout),
    ),
  );
});

afterAll(() => rm(folder, { recursive: true, force: true }));

function restrictedImports(file: string): number {
  return findings.split('\n').filter((line) => line.includes('noRestrictedImports') && line.includes(`/${file},`))
    .length;
}

test.each(FORBIDDEN)('the linter forbids %s to import %s, at start or later', (file) => {
  expect(restrictedImports(file)).toBe(2);
});

test.each(ALLOWED)('the linter allows %s to import %s', (file) => {
  expect(restrictedImports(file)).toBe(0);
});

test('the linter keeps the clock of the machine out of the core', () => {
  expect(findings).toMatch(/noRestrictedGlobals.*src\/core\/e\.ts/);
});
