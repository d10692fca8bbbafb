import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { RUNTIME_MODULE_ID } from 'rolldown';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkLicences } from '../../scripts/build/allowed-licences.ts';
import { type BundledPackage, readBundledPackage } from '../../scripts/build/bundled-package.ts';
import { noticesText } from '../../scripts/build/notices.ts';
import { packageFolderOf } from '../../scripts/build/package-folder.ts';

let folder = '';

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}

function bundled(change: Partial<BundledPackage>): BundledPackage {
  return { folder: '/p', name: 'p', version: '1.0.0', licence: 'MIT', texts: [], ...change };
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'licences-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

describe('packageFolderOf()', () => {
  test('is the innermost package', () => {
    expect(packageFolderOf('/x/node_modules/@a/b/node_modules/c/lib/d.js')).toBe('/x/node_modules/@a/b/node_modules/c');
    expect(packageFolderOf('/x/node_modules/@a/b/lib/d.js')).toBe('/x/node_modules/@a/b');
  });

  test('is undefined for our own code', () => {
    expect(packageFolderOf('/x/src/main.ts')).toBeUndefined();
  });

  test("takes the bundler's runtime for the bundler's", () => {
    expect(packageFolderOf(RUNTIME_MODULE_ID)).toMatch(/node_modules\/rolldown$/);
  });

  test('fails for a module that nobody wrote', () => {
    expect(() => packageFolderOf('\0helper.js')).toThrow('Cannot tell which package the module helper.js is from');
  });
});

describe('readBundledPackage()', () => {
  test('has the texts of the folders that code was taken from, and of no others', async () => {
    await write('package.json', '{ "name": "p", "version": "1.2.3", "license": "MIT" }');
    await write('LICENSE', 'its own\r\n');
    await write('lib/taken/licence.md', 'of what it took');
    await write('lib/taken/deep/index.js', '');
    await write('lib/other/LICENSE', 'of what is not in the bundle');
    await write('lib/taken/license-check.js', 'code');
    expect(await readBundledPackage(folder, [join(folder, 'lib/taken/deep/index.js')])).toEqual({
      folder,
      name: 'p',
      version: '1.2.3',
      licence: 'MIT',
      texts: ['its own', 'of what it took'],
    });
  });
});

describe('checkLicences()', () => {
  test('names every package without a licence that is allowed', () => {
    const packages = [
      bundled({}),
      bundled({ name: 'q', licence: undefined }),
      bundled({ name: 'r', licence: 'GPL-3.0' }),
    ];
    expect(() => checkLicences(packages)).toThrow('- q 1.0.0: no licence\n  - r 1.0.0: GPL-3.0\n');
  });

  test('lets the allowed ones pass', () => {
    checkLicences([bundled({}), bundled({ licence: 'Apache-2.0' })]);
  });
});

describe('noticesText()', () => {
  test('has a text once, below all packages that bring it, in their order', () => {
    const text = noticesText([
      bundled({ name: 'b', texts: ['text'] }),
      bundled({ name: 'c', texts: ['other'] }),
      bundled({ name: 'a', texts: ['text'] }),
    ]);
    expect(text).toContain('\na 1.0.0 (MIT)\nb 1.0.0 (MIT)\n\ntext\n');
    expect(text.indexOf('\nc 1.0.0')).toBeGreaterThan(text.indexOf('\nb 1.0.0'));
  });

  test('lists a package that brings no text', () => {
    expect(noticesText([bundled({ licence: 'ISC' })])).toContain(
      'p 1.0.0 (ISC)\n\nThe packages above bring no licence text',
    );
  });
});
