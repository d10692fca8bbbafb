import { execFile } from 'node:child_process';
import { ENTRY } from '../../support/entry.ts';

interface Run {
  readonly input?: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

interface Result {
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `drain-wait lint` as a process. */
export function lint(args: readonly string[], { input = '', cwd, env = {} }: Run = {}): Promise<Result> {
  return new Promise((done) => {
    const child = execFile(process.execPath, [ENTRY, 'lint', ...args], { cwd, env }, (_, stdout, stderr) =>
      done({ code: child.exitCode ?? undefined, stdout, stderr }),
    );
    // A process that has read enough may be gone before it has read all.
    child.stdin?.on('error', () => {}).end(input);
  });
}
