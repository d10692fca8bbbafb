import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inPlace } from './place.ts';
import type { Programs } from './programs.ts';
import type { Run } from './run.ts';

/** What holds the network namespace of a pod open, and does nothing else. */
export const PAUSE_IMAGE = 'localhost/pause:1';

/** Makes it of busybox, as a docker-archive. Resolves with its file. */
export async function makePauseImage({ busybox }: Programs, run: Run): Promise<string> {
  const folder = inPlace('pause');
  await mkdir(join(folder, 'root'), { recursive: true });
  await copyFile(busybox, join(folder, 'root/busybox'));
  await run('tar', ['-C', join(folder, 'root'), '-cf', join(folder, 'layer.tar'), 'busybox']);
  const layer = await readFile(join(folder, 'layer.tar'));
  const diffId = `sha256:${createHash('sha256').update(layer).digest('hex')}`;
  await writeJson(join(folder, 'config.json'), {
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    os: 'linux',
    config: { Entrypoint: ['/busybox', 'sleep', '2147483647'] },
    rootfs: { type: 'layers', diff_ids: [diffId] },
  });
  await writeJson(join(folder, 'manifest.json'), [
    { Config: 'config.json', RepoTags: [PAUSE_IMAGE], Layers: ['layer.tar'] },
  ]);
  const archive = join(folder, 'pause.tar');
  await run('tar', ['-C', folder, '-cf', archive, 'manifest.json', 'config.json', 'layer.tar']);
  return archive;
}

function writeJson(file: string, value: unknown): Promise<void> {
  return writeFile(file, JSON.stringify(value));
}
