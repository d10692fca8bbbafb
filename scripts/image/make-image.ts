import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { askedToStop } from '../asked-to-stop.ts';
import { addedBytes } from './added-bytes.ts';
import { imagesToBuildOn } from './bases.ts';
import { buildImage } from './build-image.ts';
import { readCommit } from './commit.ts';
import type { Options } from './options.ts';
import { hostPlatform } from './platform.ts';
import { requireTools } from './require-tools.ts';
import { say } from './say.ts';
import { tryImage } from './try-image.ts';
import { inWorkshop, type Workshop } from './workshop.ts';

/** Compressed, as a node pulls it. */
const MOST_ADDED_BYTES = 3_000_000;

/** Resolves with the exit code. */
export async function makeImage(options: Options): Promise<number> {
  // What is laid out for an image can be read by its user, whatever the machine's umask is.
  process.umask(0o022);
  try {
    await requireTools();
    await inWorkshop(askedToStop(), (workshop) => make(options, workshop));
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }
}

async function make(options: Options, workshop: Workshop): Promise<void> {
  const { platform } = options;
  const commit = await readCommit(workshop);
  const bases = await imagesToBuildOn(options, workshop);
  const image = { name: `drain-wait:${packageJson.version}`, platform, ...bases, ...commit };
  say(`builds ${image.name} of ${commit.revision} for ${platform}`);
  say(`image ID ${await buildImage(image, workshop)}`);

  const archive = join(workshop.folder, 'image.tar');
  await workshop.buildah(['push', image.name, `docker-archive:${archive}:${image.name}`]);
  await checkSize(archive, image.base, workshop);
  if (platform === hostPlatform()) await tryImage(image.name, workshop);
  else say(`does not start it, as this machine is ${hostPlatform()}`);

  const kept = join(
    'image',
    platform === hostPlatform() ? 'drain-wait.tar' : `drain-wait-${platform.split('/')[1]}.tar`,
  );
  await mkdir('image', { recursive: true });
  await copyFile(archive, kept);
  say(`wrote ${kept}`);
}

async function checkSize(archive: string, base: string, workshop: Workshop): Promise<void> {
  const bytes = await addedBytes(archive, base, workshop);
  const found = `adds ${inMegabytes(bytes)} to its base, compressed`;
  if (bytes > MOST_ADDED_BYTES) throw new Error(`The image ${found}: ${inMegabytes(MOST_ADDED_BYTES)} are allowed`);
  say(`${found}, of at most ${inMegabytes(MOST_ADDED_BYTES)}`);
}

function inMegabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(2)} MB`;
}
