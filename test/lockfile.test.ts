import { access, readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import packageJson from '../package.json' with { type: 'json' };
import lock from '../package-lock.json' with { type: 'json' };

interface Locked {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
}

interface Manifest {
  readonly version: string;
  readonly scripts?: Readonly<Record<string, string>>;
}

const REGISTRY = 'https://registry.npmjs.org/';
/** What npm runs when it installs a package from the registry; with a `binding.gyp` it makes up an `install` of its own. */
const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall'] as const;

const { '': root, ...others } = lock.packages;
const packages: readonly (readonly [string, Locked])[] = Object.entries(others);

function pathsWhere(isWrong: (locked: Locked) => boolean): readonly string[] {
  return packages.filter(([, locked]) => isWrong(locked)).map(([path]) => path);
}

/** Undefined where it is not installed, as it is for another platform. */
async function installed(path: string): Promise<Manifest | undefined> {
  try {
    return JSON.parse(await readFile(`${path}/package.json`, 'utf8')) as Manifest;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function hasBindingGyp(path: string): Promise<boolean> {
  return access(`${path}/binding.gyp`).then(
    () => true,
    () => false,
  );
}

describe('package.json', () => {
  test('names one exact version of everything, as the registry knows it', () => {
    const { dependencies, devDependencies, optionalDependencies } = packageJson;
    const named = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies });
    expect(named.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });

  test('is what the lockfile was made of', () => {
    const { name, version, dependencies, devDependencies, optionalDependencies } = packageJson;
    expect(root).toMatchObject({ name, version });
    expect([root.dependencies, root.devDependencies, root.optionalDependencies]).toEqual([
      dependencies,
      devDependencies,
      optionalDependencies,
    ]);
  });
});

describe('the lockfile', () => {
  test('has the version and the SHA-512 of every package', () => {
    expect(packages.length).toBeGreaterThan(Object.keys(packageJson.dependencies).length);
    expect(pathsWhere(({ version = '' }) => !/^\d+\.\d+\.\d+/.test(version))).toEqual([]);
    expect(pathsWhere(({ integrity = '' }) => !/^sha512-[\w+/]{86}==$/.test(integrity))).toEqual([]);
  });

  test('takes no package from a folder, a repository or another address than the registry', () => {
    expect(pathsWhere(({ link }) => link === true)).toEqual([]);
    // Without an address npm asks the registry for the version. That is how this file is written: a mirror may stand in.
    expect(pathsWhere(({ resolved = REGISTRY }) => !resolved.startsWith(REGISTRY))).toEqual([]);
  });

  test('has no package that runs something when it is installed', async () => {
    expect(pathsWhere(({ hasInstallScript }) => hasInstallScript === true)).toEqual([]);
    const running: string[] = [];
    let seen = 0;
    for (const [path] of packages) {
      const manifest = await installed(path);
      if (manifest === undefined) continue;
      seen += 1;
      const scripts = manifest.scripts ?? {};
      if (INSTALL_SCRIPTS.some((name) => scripts[name] !== undefined) || (await hasBindingGyp(path)))
        running.push(path);
    }
    expect(running).toEqual([]);
    expect(seen).toBeGreaterThan(Object.keys(packageJson.dependencies).length);
  });

  test('is what is installed', async () => {
    const different: string[] = [];
    for (const [path, { version }] of packages) {
      const manifest = await installed(path);
      if (manifest !== undefined && manifest.version !== version) different.push(`${path} ${manifest.version}`);
    }
    expect(different).toEqual([]);
  });
});
