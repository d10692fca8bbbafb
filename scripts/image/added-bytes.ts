import { spawn } from 'node:child_process';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { inspectImage } from './inspect-image.ts';
import type { Workshop } from './workshop.ts';

/** What the layers of an image that its base does not have weigh in a registry: gzipped. The image is a docker-archive. */
export async function addedBytes(archive: string, base: string, workshop: Workshop): Promise<number> {
  const [manifest] = JSON.parse(await workshop.tool('tar', ['-xOf', archive, 'manifest.json']));
  const layersOfBase = (await inspectImage(base, workshop)).rootfs.diff_ids.length;
  const added: readonly string[] = manifest.Layers.slice(layersOfBase);
  let bytes = 0;
  for (const layer of added) bytes += await compressedBytes(archive, layer, workshop.signal);
  return bytes;
}

async function compressedBytes(archive: string, layer: string, signal: AbortSignal): Promise<number> {
  const tar = spawn('tar', ['-xOf', archive, layer], { stdio: ['ignore', 'pipe', 'inherit'] });
  let bytes = 0;
  const count = new Writable({
    write(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      done();
    },
  });
  await pipeline(tar.stdout, createGzip(), count, { signal });
  return bytes;
}
