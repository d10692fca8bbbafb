import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Clock } from '../../src/core/ports.ts';

/** How a container ended: by itself with a code, or by a signal. */
export interface ExitStatus {
  readonly code: number | undefined;
  readonly signal: string | undefined;
}

/** What runs in a container: a real child process, or something in this process that behaves like one. */
export interface ContainerProcess {
  /** Undefined for what is no process, or could not be started. */
  readonly pid?: number | undefined;
  /** Never rejects. */
  readonly exited: Promise<ExitStatus>;
  signal(name: 'SIGTERM' | 'SIGKILL'): void;
}

export interface SpawnOptions {
  readonly command: string;
  readonly args?: readonly string[];
  /** The whole environment; nothing is inherited. */
  readonly env?: Readonly<Record<string, string>>;
  /** Gets each line of stdout and stderr. Absent: they go where this process's go. */
  readonly onLine?: (line: string) => void;
}

const living = new Set<ChildProcess>();

function killLiving(): void {
  for (const child of living) child.kill('SIGKILL');
}

/** Runs a child process that does not outlive this one. One that cannot be started exits with code 127. */
export function spawnProcess({ command, args = [], env = {}, onLine }: SpawnOptions): ContainerProcess {
  const output = onLine === undefined ? 'inherit' : 'pipe';
  const child = spawn(command, args, { env: { ...env }, stdio: ['ignore', output, output] });
  if (onLine !== undefined) readLines(child, onLine);
  if (living.size === 0) process.on('exit', killLiving);
  living.add(child);
  const exited = new Promise<ExitStatus>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code: code ?? undefined, signal: signal ?? undefined }));
    child.once('error', () => resolve({ code: 127, signal: undefined }));
  });
  void exited.then(() => {
    living.delete(child);
    if (living.size === 0) process.off('exit', killLiving);
  });
  return { pid: child.pid, exited, signal: (name) => void child.kill(name) };
}

function readLines({ stdout, stderr }: ChildProcess, onLine: (line: string) => void): void {
  for (const input of [stdout, stderr]) {
    if (input !== null) createInterface({ input }).on('line', onLine);
  }
}

export interface FakeProcessOptions {
  readonly clock: Clock;
  /** What SIGTERM does. Absent: it exits at once. */
  readonly onSigterm?: 'ignore' | { readonly exitAfterMs: number };
}

/** A container without a process, whose end a test decides. SIGKILL ends it in any case. */
export interface FakeProcess extends ContainerProcess {
  /** Ends it, as a crash would. */
  exit(code: number): void;
}

export function fakeProcess({ clock, onSigterm }: FakeProcessOptions): FakeProcess {
  const { promise: exited, resolve } = Promise.withResolvers<ExitStatus>();
  const ended = new AbortController();
  function end(status: ExitStatus): void {
    resolve(status);
    ended.abort();
  }
  function terminate(): void {
    const exit = () => end({ code: 0, signal: undefined });
    if (onSigterm === undefined) exit();
    else if (onSigterm !== 'ignore') void clock.sleep(onSigterm.exitAfterMs, ended.signal).then(exit);
  }
  return {
    exited,
    exit: (code) => end({ code, signal: undefined }),
    signal: (name) => (name === 'SIGTERM' ? terminate() : end({ code: undefined, signal: name })),
  };
}
