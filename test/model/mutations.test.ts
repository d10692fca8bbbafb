import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MUTATIONS, type Mutation } from './mutations.ts';

/** Each mistake is found by far fewer. */
const SCHEDULES = 20_000;
/** The same ones each time: whether a mistake is found must not be luck. */
const SEED = 14;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mutations-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** A copy of what the model plays, with this mistake in it. */
async function copyWith({ file, from, to }: Mutation, name: string): Promise<string> {
  const copy = join(folder, name);
  for (const part of ['src', 'sim/virtual-clock.ts', 'test/model', 'test/support/world.ts', 'package.json']) {
    await cp(part, join(copy, part), { recursive: true });
  }
  await symlink(resolve('node_modules'), join(copy, 'node_modules'));
  const path = join(copy, file);
  const source = await readFile(path, 'utf8');
  expect(source.split(from), `${file} has it once`).toHaveLength(2);
  await writeFile(
    path,
    source.replace(from, () => to),
  );
  return copy;
}

/** What the model says of a copy; empty where it finds nothing. */
async function verdict(copy: string): Promise<string> {
  const hunt = promisify(execFile)(process.execPath, ['test/model/hunt.ts', `${SCHEDULES}`, `${SEED}`], {
    cwd: copy,
    maxBuffer: 2 ** 26,
  });
  return await hunt.then(
    () => '',
    (error: { readonly stderr: string }) => error.stderr,
  );
}

describe.concurrent('the model finds it when', () => {
  test.each(MUTATIONS.map((mutation, index) => ({ ...mutation, index })))('$name', async ({ index, ...mutation }) => {
    const said = await verdict(await copyWith(mutation, `${index}`));
    // Not because the copy does not run at all.
    expect(said).toContain('Property failed after');
    expect(said).toMatch(/process {2}ends|nothing sleeps, and the promise has not settled/);
  });
});
