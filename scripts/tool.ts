import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** How long a tool that was asked to end may take, before it is killed. */
const PATIENCE_MS = 5_000;

/** What a failed tool has said last is enough to see why. */
const LINES_TOLD = 40;

/** A tool ended with another exit code than 0. The message has its last lines. */
export class ToolFailed extends Error {
  override readonly name = 'ToolFailed';
}

export interface ToolRun {
  /** Ends the tool and everything that it started. */
  readonly signal: AbortSignal;
  readonly cwd?: string;
  /** For its standard input. Absent: nothing. */
  readonly input?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly onLine?: (line: string) => void;
}

/** Resolves with the standard output. @throws ToolFailed, or the signal's reason, when the tool is gone. */
export async function runTool(command: string, args: readonly string[], run: ToolRun): Promise<string> {
  run.signal.throwIfAborted();
  // A process group of its own: a Ctrl-C of the terminal reaches it only through us, and a kill reaches its children.
  const child = spawn(command, args, {
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    cwd: run.cwd,
    env: { ...process.env, ...run.env },
  });
  // One that does not read to the end has its reasons: its exit code tells.
  child.stdin.on('error', () => {});
  child.stdin.end(run.input ?? '');
  const said: string[] = [];
  const hear = (line: string) => {
    said.push(line);
    run.onLine?.(line);
  };
  const output = readLines(child.stdout, hear);
  readLines(child.stderr, hear);
  const [code, signal] = await endOf(child, run.signal);
  run.signal.throwIfAborted();
  if (code === 0) return output.join('\n');
  throw new ToolFailed(
    `${command} ${args.join(' ')}\nended with ${signal ?? `exit code ${code}`}:\n${said.slice(-LINES_TOLD).join('\n')}`,
  );
}

async function endOf(child: ReturnType<typeof spawn>, signal: AbortSignal): Promise<readonly unknown[]> {
  const stop = () => {
    killGroup(child.pid, 'SIGTERM');
    setTimeout(() => killGroup(child.pid, 'SIGKILL'), PATIENCE_MS).unref();
  };
  signal.addEventListener('abort', stop);
  try {
    return await once(child, 'close');
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended already.
  }
}

function readLines(stream: Readable, hear: (line: string) => void): readonly string[] {
  const lines: string[] = [];
  createInterface({ input: stream }).on('line', (line) => {
    lines.push(line);
    hear(line);
  });
  return lines;
}
