import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import lock from '../../package-lock.json' with { type: 'json' };
import { buildProgram } from '../../scripts/build/program.ts';

interface Sbom {
  readonly metadata: {
    readonly component: { readonly name: string; readonly version: string };
    readonly timestamp?: string;
  };
  readonly serialNumber?: string;
  readonly components: readonly {
    readonly purl: string;
    readonly licenses: readonly { readonly license: { readonly id: string } }[];
  }[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
}

let folder = '';
let files: ReadonlyMap<string, string>;
let sbom: Sbom;

async function filesOf(outDir: string): Promise<ReadonlyMap<string, string>> {
  const names = (await readdir(outDir)).sort();
  return new Map(
    await Promise.all(names.map(async (name) => [name, await readFile(join(outDir, name), 'utf8')] as const)),
  );
}

/** The packages that the source maps know, as the lockfile has them: a witness that knows nothing of the SBOM. */
function packagesInSourceMaps(): readonly string[] {
  const maps = [...files].filter(([name]) => name.endsWith('.map')).map(([, text]) => JSON.parse(text));
  const sources: readonly string[] = maps.flatMap((each) => each.sources);
  const paths = sources.map(lockPath).filter((each) => each !== undefined);
  const locked: Readonly<Record<string, { readonly version?: string }>> = lock.packages;
  return [...new Set(paths)].map(
    (path) => `${path.slice(path.lastIndexOf('node_modules/') + 13)}@${locked[path]?.version}`,
  );
}

function lockPath(source: string): string | undefined {
  return /^\.\.\/(.*node_modules\/(?:@[^/]+\/)?[^/]+)/.exec(source)?.[1];
}

function packagesInSbom(): readonly string[] {
  return sbom.components.map(({ purl }) => purl.replace('pkg:npm/', '').replace('%40', '@'));
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bundle-'));
  await buildProgram(join(folder, 'one'));
  await buildProgram(join(folder, 'two'));
  files = await filesOf(join(folder, 'one'));
  sbom = JSON.parse(files.get('sbom.cdx.json') ?? '');
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the bundle', () => {
  test('is the same, byte for byte, when it is built again', async () => {
    expect(await filesOf(join(folder, 'two'))).toEqual(files);
  });

  test('has source maps without the sources, which still lead to their lines', async () => {
    for (const [name, text] of files)
      if (name.endsWith('.map')) expect(JSON.parse(text).sourcesContent).toBeUndefined();
    const breaks = join(folder, 'breaks.cjs');
    await writeFile(breaks, 'process.stdout.write = () => { throw new Error("broken"); };');
    const program = join(folder, 'one/drain-wait.cjs');
    const run = promisify(execFile)(process.execPath, [
      '--enable-source-maps',
      '--require',
      breaks,
      program,
      'version',
    ]);
    await expect(run).rejects.toThrow(/at main \(.*\/src\/main\.ts:\d+:\d+\)/);
  });
});

/** The files of the bundle that a sidecar with these settings has read by the time it listens. */
async function loadedBy(settings: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const tells = join(folder, 'tells.cjs');
  await writeFile(tells, 'process.on("exit", () => process.stderr.write(Object.keys(require.cache).join("\\n")));');
  const pod = { DRAIN_WAIT_POD_NAME: 'web-1', DRAIN_WAIT_POD_NAMESPACE: 'shop', DRAIN_WAIT_PORT: '0' };
  const child = spawn(process.execPath, ['--require', tells, join(folder, 'one/drain-wait.cjs')], {
    // Disabled: no start-up check, which would be another process. Native: ends at once when it is told to.
    env: { ...pod, DRAIN_WAIT_DISABLED: 'a test', DRAIN_WAIT_SIDECAR: 'native', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  await once(child.stdout, 'readable');
  child.kill('SIGTERM');
  const loaded = (await text(child.stderr)).split('\n').map((path) => basename(path));
  return loaded.filter((name) => files.has(name));
}

/** The files with code of this package, by their source maps. */
function filesWith(packageName: string): readonly string[] {
  const maps = [...files].filter(([name]) => name.endsWith('.map'));
  return maps
    .filter(([, map]) => JSON.parse(map).sources.some((source: string) => source.includes(`/${packageName}/`)))
    .map(([name]) => name.replace(/\.map$/, ''));
}

describe('an idle sidecar', () => {
  test('has read the program and no other file of it', async () => {
    const loaded = await loadedBy({});
    expect(loaded.filter((name) => !name.startsWith('rolldown-runtime-'))).toEqual(['drain-wait.cjs']);
  });

  test('carries nothing of the commands that are loaded late, and none of their clients', () => {
    const sources: readonly string[] = JSON.parse(files.get('drain-wait.cjs.map') ?? '').sources;
    expect(sources).toContain('../src/commands/serve.ts');
    const late =
      /src\/(doctor|verify|aws|kubernetes|workload\/(inject|lint))\/|src\/commands\/(doctor|inject|lint|verify)|node_modules/;
    expect(sources.filter((source) => late.test(source))).toEqual([]);
  });

  test('reads the library of Prometheus only where metrics are switched on', async () => {
    const library = filesWith('prom-client');
    expect(library).toHaveLength(1);
    expect(await loadedBy({ DRAIN_WAIT_METRICS: 'true' })).toEqual(expect.arrayContaining([...library]));
    expect(await loadedBy({ DRAIN_WAIT_EMF: 'true' })).not.toEqual(expect.arrayContaining([...library]));
  });

  test('has of the library of Prometheus only what is used', () => {
    expect(filesWith('@opentelemetry/api')).toEqual([]);
    expect(
      filesWith('prom-client/lib')
        .map((name) => files.get(`${name}.map`))
        .join(),
    ).not.toMatch(/pushgateway|defaultMetrics/);
  });
});

describe('the SBOM', () => {
  test('is valid CycloneDX', async () => {
    const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);
    expect(await validator.validate(files.get('sbom.cdx.json') ?? '')).toBeNull();
  });

  test('lists exactly the packages of which code is in the bundle, and the bundler, of which the runtime is', () => {
    const runtime = `rolldown@${packageJson.devDependencies.rolldown}`;
    expect([...packagesInSbom()].sort()).toEqual([...packagesInSourceMaps(), runtime].sort());
  });

  test('is about this version of drain-wait, and nothing in it changes from build to build', () => {
    expect(sbom.metadata.component).toMatchObject({ name: 'drain-wait', version: packageJson.version });
    expect(sbom.serialNumber).toBeUndefined();
    expect(sbom.metadata.timestamp).toBeUndefined();
  });

  test('says what drain-wait itself imports', () => {
    const own = sbom.dependencies.find(({ ref }) => ref === `drain-wait@${packageJson.version}`);
    const wanted = Object.entries(packageJson.dependencies).map(
      ([name, version]) => `pkg:npm/${name.replace('@', '%40')}@${version}`,
    );
    expect(own?.dependsOn).toEqual(expect.arrayContaining(wanted));
  });
});

describe('the notices', () => {
  test('list exactly the packages of the SBOM, with their licence', () => {
    const licences = sbom.components.map(({ licenses }) => licenses[0]?.license.id);
    const wanted = packagesInSbom().map((each, index) => `${each.replace(/@([^@]+)$/, ' $1')} (${licences[index]})`);
    const notices = files.get('THIRD-PARTY-NOTICES.txt') ?? '';
    const listed = notices.split('\n').filter((line) => /^\S+ \d+\.\d+\.\d+\S* \(\S+\)$/.test(line));
    expect(listed.sort()).toEqual(wanted.sort());
  });

  test('have the text of every licence that is named', () => {
    const notices = files.get('THIRD-PARTY-NOTICES.txt') ?? '';
    for (const text of [
      'Apache License\n',
      'Permission is hereby granted, free of charge',
      'Permission to use, copy, modify',
    ]) {
      expect(notices).toContain(text);
    }
  });
});
