import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { IMAGE } from '../../real/workload/image.ts';
import { TOKEN_VOLUME_NAME } from '../../src/workload/sidecar.ts';
import { expectedSidecar, shippedFiles, unknownSettings } from '../support/manifests.ts';

const files = await shippedFiles();
const guide = await readFile('docs/install.md', 'utf8');

/** A heading as the fragment that leads to it. */
function fragmentOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-');
}

describe('the manifests', () => {
  test.each([...files])('%s: names only settings that exist', (_, text) => {
    expect(unknownSettings(text)).toEqual([]);
  });

  test('name the image of this version everywhere', () => {
    const images = [...files.values()].flatMap((text) => text.match(/drain-wait:\d[\w.-]*/g) ?? []);
    expect(images.length).toBeGreaterThan(3);
    expect([...new Set(images)]).toEqual([IMAGE]);
  });

  test('have no hook with a host, or with a port that is a name', () => {
    for (const [path, text] of files) {
      expect(text, path).not.toMatch(/^\s*host:/m);
      expect(text, path).not.toMatch(/path: \/prestop,?\s+port: [a-z'"]/);
    }
  });

  test('have no liveness probe', () => {
    for (const [path, text] of files) expect(text, path).not.toContain('livenessProbe:');
  });
});

describe('docs/install.md', () => {
  test('names only settings that exist', () => {
    expect(unknownSettings(guide)).toEqual([]);
  });

  test('names only files that exist', async () => {
    const paths = guide.match(/\bmanifests\/[\w./-]*\w/g) ?? [];
    expect(paths.length).toBeGreaterThan(10);
    for (const path of new Set(paths)) await expect(access(path), path).resolves.toBeUndefined();
  });

  test('leads only to pages and headings that exist', async () => {
    const headings = [...guide.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => fragmentOf(heading));
    for (const [, page = '', fragment] of guide.matchAll(/\]\((?!https:)([^)#]*)(?:#([^)]*))?\)/g)) {
      if (page === '') expect(headings).toContain(fragment);
      else await expect(access(join('docs', page)), page).resolves.toBeUndefined();
    }
  });

  test('names the image of this version', () => {
    expect([...new Set(guide.match(/drain-wait:\d[\w.-]*/g))]).toEqual([IMAGE]);
  });

  test('says why of each line of the sidecar', () => {
    const { name, image, env, volumeMounts, ...lines } = expectedSidecar();
    const table = guide.slice(guide.indexOf('## Why each line'), guide.indexOf('## Special cases'));
    const named = [...Object.keys(lines), ...(env ?? []).map((variable) => variable.name), TOKEN_VOLUME_NAME];
    for (const line of named) expect(table).toMatch(new RegExp(`^\\|[^|]*\\b${line}\\b`, 'm'));
  });
});
