import { spawn } from 'node:child_process';
import { mkdir, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { inPlace } from './place.ts';

/** A process of the node that goes on when whoever started it has ended. */
export interface Daemon {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** A process that was recorded: a pid alone may belong to somebody else by now. */
interface Recorded {
  readonly pid: number;
  readonly startedAtTicks: string;
}

const PATIENCE_MS = 10_000;
const LOOK_MS = 50;

/** Starts it, records it, and writes what it says to `logs/NAME.log`. */
export async function startDaemon({ name, command, args, env }: Daemon): Promise<void> {
  await mkdir(inPlace('logs'), { recursive: true });
  await mkdir(inPlace('pids'), { recursive: true });
  await using log = await open(logOf(name), 'a');
  const child = spawn(command, args, {
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
    cwd: inPlace(),
    env: { ...process.env, ...env },
  });
  // Without a listener a program that is not there would end this process.
  const failed = new Promise<Error>((resolve) => child.once('error', resolve));
  child.unref();
  if (child.pid === undefined) throw await failed;
  const recorded: Recorded = { pid: child.pid, startedAtTicks: (await startOf(child.pid)) ?? '' };
  await writeFile(recordOf(name), JSON.stringify(recorded));
}

/** Nothing where it does not run. */
export async function stopDaemon(name: string): Promise<void> {
  const recorded = await readRecord(name);
  if (recorded !== undefined) await endProcess(recorded);
  await rm(recordOf(name), { force: true });
}

/** @throws where it does not run. */
export async function signalDaemon(name: string, signal: NodeJS.Signals): Promise<void> {
  const recorded = await readRecord(name);
  if (recorded === undefined || !(await runs(recorded))) throw new Error(`${name} does not run`);
  kill(recorded.pid, signal);
}

export async function isRunning(name: string): Promise<boolean> {
  const recorded = await readRecord(name);
  return recorded !== undefined && (await runs(recorded));
}

/** The last lines that it has said, for a message. */
export async function lastWords(name: string): Promise<string> {
  const text = await readFile(logOf(name), 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-15).join('\n');
}

/** The processes whose command line contains `text`. */
export async function findProcesses(text: string): Promise<readonly number[]> {
  const found = [];
  for (const pid of await allPids()) {
    const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (commandLine.includes(text)) found.push(pid);
  }
  return found;
}

export async function childrenOf(parent: number): Promise<readonly number[]> {
  const found = [];
  for (const pid of await allPids()) if ((await statOf(pid))?.parent === parent) found.push(pid);
  return found;
}

export function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended already.
  }
}

async function endProcess(recorded: Recorded): Promise<void> {
  const killAt = Date.now() + PATIENCE_MS;
  if (await runs(recorded)) kill(recorded.pid, 'SIGTERM');
  while (await runs(recorded)) {
    if (Date.now() > killAt) kill(recorded.pid, 'SIGKILL');
    await sleep(LOOK_MS);
  }
}

async function runs({ pid, startedAtTicks }: Recorded): Promise<boolean> {
  return (await startOf(pid)) === startedAtTicks;
}

async function startOf(pid: number): Promise<string | undefined> {
  const stat = await statOf(pid);
  return stat?.state === 'Z' ? undefined : stat?.startedAtTicks;
}

/** proc(5): after the name in brackets, which may contain anything, come state, parent, and as the 22nd field the start. */
async function statOf(pid: number) {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0], parent: Number(fields[1]), startedAtTicks: fields[19] ?? '' };
}

async function allPids(): Promise<readonly number[]> {
  return (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
}

async function readRecord(name: string): Promise<Recorded | undefined> {
  const text = await readFile(recordOf(name), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as Recorded);
}

function recordOf(name: string): string {
  return inPlace('pids', `${name}.json`);
}

function logOf(name: string): string {
  return inPlace('logs', `${name}.log`);
}
