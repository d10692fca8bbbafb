import { execFile } from 'node:child_process';
import { ENTRY, IMAGE } from './entry.ts';

export interface ProgramRun {
  /** For its standard input. Absent: nothing. */
  readonly input?: string;
  readonly cwd?: string;
  /** On top of that of the image. */
  readonly env?: Readonly<Record<string, string>>;
  /** On top of those of the image. */
  readonly nodeArgs?: readonly string[];
  /** False: with no flag of the image, so that it may read any file. Absent: as in the image. */
  readonly confined?: boolean;
}

export interface ProgramResult {
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program to its end, as in the image. */
export function runProgram(args: readonly string[], run: ProgramRun = {}): Promise<ProgramResult> {
  const { input = '', cwd, env = {}, nodeArgs = [], confined = true } = run;
  const flags = [...(confined ? IMAGE.nodeFlags : []), ...nodeArgs];
  const options = { cwd, env: { ...IMAGE.env, ...env } };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [...flags, ENTRY, ...args], options, (_, stdout, stderr) =>
      resolve({ code: child.exitCode ?? undefined, stdout, stderr }),
    );
    // A process that has read enough may be gone before it has read all.
    child.stdin?.on('error', () => {}).end(input);
  });
}
