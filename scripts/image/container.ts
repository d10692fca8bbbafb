import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hardened, type Start } from './container-spec.ts';
import { inspectImage } from './inspect-image.ts';
import type { Workshop } from './workshop.ts';

/** A container of an image, confined as far as it goes. */
export interface Container {
  /** Resolves when its program has ended with 0; otherwise rejects with its log. */
  run(): Promise<unknown>;
  /** Of its program, on this machine. */
  pid(): Promise<number>;
  /** Runs one more program in it, as `kubectl exec` does, and gives what that printed. Rejects where it does not end with 0. */
  exec(command: readonly string[]): Promise<string>;
  stop(): Promise<void>;
  /** Whatever state it is in. */
  remove(): Promise<void>;
}

export async function createContainer(image: string, start: Start, workshop: Workshop): Promise<Container> {
  const id = `drain-wait-${process.pid}`;
  const bundle = await layBundle(image, start, workshop);
  const state = join(workshop.folder, 'runc');
  const runc: Workshop['tool'] = (command, args, run) =>
    workshop.tool('runc', ['--root', state, command, ...args], run);
  return {
    run: () => runc('run', ['--bundle', bundle, id]),
    pid: async () => JSON.parse(await runc('state', [id])).pid,
    exec: (command) => runc('exec', [id, ...command]),
    stop: async () => void (await runc('kill', [id, 'TERM'])),
    remove: async () => void (await runc('delete', ['--force', id], { signal: new AbortController().signal })),
  };
}

async function layBundle(image: string, start: Start, workshop: Workshop): Promise<string> {
  const bundle = join(workshop.folder, 'bundle');
  const specification = join(bundle, 'config.json');
  await mkdir(bundle);
  await workshop.tool('runc', ['spec', '--bundle', bundle]);
  const spec = JSON.parse(await readFile(specification, 'utf8'));
  const root = await layRoot(image, workshop);
  await writeFile(specification, JSON.stringify(hardened(spec, await inspectImage(image, workshop), root, start)));
  return bundle;
}

async function layRoot(image: string, { buildah }: Workshop): Promise<string> {
  const container = (await buildah(['from', '--pull=never', image])).trim();
  return (await buildah(['mount', container])).trim();
}
