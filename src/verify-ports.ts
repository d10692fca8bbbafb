import { access, constants, stat, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { WriteStream } from 'node:tty';
import { systemClock } from './clock.ts';
import type { ToolPorts } from './commands/tool-ports.ts';
import { SETTINGS } from './settings.ts';
import type { VerifyPorts } from './verify/ports.ts';
import { glyphsFor } from './verify/report/glyphs.ts';

/** Of a terminal that does not tell, and of what is no terminal. */
const COLUMNS = 100;
const MOST_COLUMNS = 200;

/** The world of verify, as it really is. */
export function verifyPorts({ version, print, complain }: ToolPorts): VerifyPorts {
  return {
    version,
    print,
    complain,
    clock: systemClock,
    unixNow: Date.now,
    liveColumns: () => (process.stderr.isTTY ? columnsOf(process.stderr) : undefined),
    chart: { columns: Math.min(MOST_COLUMNS, columnsOf(process.stdout)), glyphs: glyphsFor(process.env) },
    onSignal(listener) {
      process.on('SIGINT', listener).on('SIGTERM', listener);
      return () => void process.off('SIGINT', listener).off('SIGTERM', listener);
    },
    exit: (code) => process.exit(code),
    writeProblem,
    writeFile: (path, text) => writeFile(path, text),
    readEvents: lazyEvents(),
  };
}

function columnsOf({ isTTY, columns }: WriteStream): number {
  return isTTY && columns > 0 ? columns : COLUMNS;
}

async function writeProblem(path: string): Promise<string | undefined> {
  const full = resolve(path);
  const { permission } = process;
  if (permission !== undefined && !permission.has('fs.write', full))
    return 'this process may write no file, as in the image. Leave it out, or run verify elsewhere.';
  const folder = dirname(full);
  if (!(await isFolder(folder))) return `there is no folder ${folder}. Make it first.`;
  if (await isFolder(full)) return 'that is a folder. Name a file in it.';
  try {
    await access((await exists(full)) ? full : folder, constants.W_OK);
    return undefined;
  } catch (error) {
    return `it cannot be written (${(error as NodeJS.ErrnoException).code}). Name another file.`;
  }
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() === true;
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}

/** The way to the cluster is found at the first use. */
function lazyEvents(): VerifyPorts['readEvents'] {
  const { env, fallback } = SETTINGS.serviceAccountDir;
  const given = process.env[env] ?? '';
  const load = async () => {
    const [{ createApiClient }, { connectAhead }, { createEventsReader }] = await Promise.all([
      import('./kubernetes/api-client.ts'),
      import('./kubernetes/connect.ts'),
      import('./kubernetes/events-reader.ts'),
    ]);
    const way = await connectAhead(process.env, given === '' ? fallback : given);
    return createEventsReader(createApiClient({ clock: systemClock, connect: way }));
  };
  let loading: ReturnType<typeof load> | undefined;
  return async (namespace, signal) => {
    loading ??= load();
    return await (await loading).list(namespace, signal);
  };
}
