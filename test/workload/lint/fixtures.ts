import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding } from '../../../src/workload/lint/finding.ts';
import { lintManifests } from '../../../src/workload/lint/findings.ts';
import type { LintOptions } from '../../../src/workload/lint/inventory.ts';
import { parseManifests } from '../../../src/workload/manifests.ts';

export const GOOD = 'test/workload/lint/good';
export const BROKEN = 'test/workload/lint/broken';
export const HOOKS = `${BROKEN}/hooks.yaml`;
export const PROBES = `${BROKEN}/sidecar.yaml`;

/** Gives every service account all reads, so that a file need not. */
export const RBAC_FOR_OTHERS = join(BROKEN, 'rbac-for-others.yaml');

const DEFAULTS: LintOptions = { lagMs: 20_000, loadBalancer: undefined };

export function fixturesIn(folder: string): readonly string[] {
  return readdirSync(folder)
    .map((name) => join(folder, name))
    .filter((path) => path !== RBAC_FOR_OTHERS);
}

export function lintText(text: string, options: Partial<LintOptions> = {}): readonly Finding[] {
  return lintManifests([parseManifests('input.yaml', text)], { ...DEFAULTS, ...options }).findings;
}

export function lintFiles(paths: readonly string[]): readonly Finding[] {
  return lintManifests(
    paths.map((path) => parseManifests(path, readFileSync(path, 'utf8'))),
    DEFAULTS,
  ).findings;
}

/** `file:line rule`, for every `# lint: rule, rule` in a file. */
export function marksIn(path: string): readonly string[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((line, index) => {
      const [, rules = ''] = /# lint: (.*)$/.exec(line) ?? [];
      return rules === '' ? [] : rules.split(', ').map((rule) => `${path}:${index + 1} ${rule}`);
    });
}

export function asMarks(findings: readonly Finding[]): readonly string[] {
  return findings.map(({ file, line, rule }) => `${file}:${line} ${rule}`);
}
