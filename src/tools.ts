import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import packageJson from '../package.json' with { type: 'json' };
import type { ToolName } from './cli.ts';
import { doctor } from './commands/doctor.ts';
import { inject } from './commands/inject.ts';
import { lint } from './commands/lint.ts';
import type { ToolPorts } from './commands/tool-ports.ts';
import { verify } from './commands/verify.ts';
import { verifyPorts } from './verify-ports.ts';

/** The process edge of the commands with flags of their own. Resolves with the exit code. */
export async function runTool(name: ToolName, args: readonly string[]): Promise<number> {
  const ports: ToolPorts = {
    version: packageJson.version,
    readStandardInput: () => text(process.stdin),
    readFile: (path) => readFile(path, 'utf8'),
    listFiles,
    print: (text) => void process.stdout.write(text),
    complain: (text) => void process.stderr.write(text),
  };
  // Whoever reads the output may have seen enough: `drain-wait lint | head`.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  switch (name) {
    case 'inject':
      return inject(args, ports);
    case 'lint':
      return lint(args, ports);
    case 'doctor':
      // Its clients are loaded later still: who lints needs none.
      return doctor(args, (await import('./doctor-ports.ts')).doctorPorts(ports));
    case 'verify':
      return verify(args, verifyPorts(ports));
    default:
      return name satisfies never;
  }
}

async function listFiles(path: string): Promise<readonly string[]> {
  const info = await stat(path);
  if (!info.isDirectory()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && /\.(ya?ml|json)$/.test(entry.name))
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort();
}
