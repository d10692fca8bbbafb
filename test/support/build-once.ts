import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** The program that the tests of the whole process start. */
    readonly entry: string;
  }
}

/** Each project of the tests has this module to itself; what they share is the process. */
const shared = globalThis as { drainWaitBuild?: Promise<unknown> };

function buildOnce(): Promise<unknown> {
  shared.drainWaitBuild ??= promisify(execFile)(process.execPath, ['scripts/build.ts']);
  return shared.drainWaitBuild;
}

/**
 * Builds the program that the image carries, once for the whole run: what is tested is what is shipped, and it starts faster
 * than the sources. DRAIN_WAIT_ENTRY=src/main.ts tests those.
 */
export async function setup(project: TestProject): Promise<void> {
  const given = process.env['DRAIN_WAIT_ENTRY'];
  if (given === undefined) await buildOnce();
  project.provide('entry', given ?? 'dist/drain-wait.cjs');
}
