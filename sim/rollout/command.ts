import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { runCommand } from '../run-command.ts';
import { HELP, readArguments } from './arguments.ts';
import { captionOf, compare, tell } from './compare.ts';
import type { Comparison } from './flags.ts';
import { type RolloutOptions, runRollout } from './run.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** `npm run demo -- rollout`. Resolves with the exit code. */
export function rolloutDemo(args: readonly string[]): Promise<number> {
  return runCommand(HELP, () => readArguments(args), roll);
}

async function roll(comparison: Comparison<Omit<RolloutOptions, 'entry'>>): Promise<number> {
  const { options } = comparison;
  tell('Building the program that the image carries, which is the sidecar here.\n');
  const entry = await build();
  return await compare(comparison, captionOf(options, 'pod'), (strategy) =>
    runRollout(strategy, { ...options, entry }),
  );
}

async function build(): Promise<string> {
  await promisify(execFile)(process.execPath, ['scripts/build.ts'], { cwd: ROOT });
  return `${ROOT}dist/drain-wait.cjs`;
}
