import { type ProgramResult, type ProgramRun, runProgram } from '../../support/run-program.ts';

/** Runs `drain-wait lint` as a process that may read files. */
export function lint(args: readonly string[], run: ProgramRun = {}): Promise<ProgramResult> {
  return runProgram(['lint', ...args], { ...run, confined: false });
}
