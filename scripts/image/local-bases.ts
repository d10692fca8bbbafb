import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { layNode, laySystemFiles } from './base-files.ts';
import { layBuildTools } from './build-tools.ts';
import { hostPlatform, type Platform } from './platform.ts';
import type { Workshop } from './workshop.ts';

const DOCKERFILE = `FROM scratch
COPY . /
ENV PATH=/usr/local/bin:/nodejs/bin:/usr/bin:/bin
`;

/**
 * Stands in for a distroless Node: Node where that has it, its libraries, the user nonroot, and no shell. For another platform
 * than this machine's it has no Node either: enough to build on.
 */
export async function makeLocalBase(platform: Platform, workshop: Workshop): Promise<string> {
  const root = await newRoot('base', workshop);
  await laySystemFiles(root);
  if (platform === hostPlatform()) await layNode(root, workshop);
  return await makeImageOf(root, 'drain-wait-base', platform, workshop);
}

/** Stands in for an image with Node and npm. */
export async function makeLocalBuildImage(workshop: Workshop): Promise<string> {
  const root = await newRoot('build-image', workshop);
  await laySystemFiles(root);
  await layNode(root, workshop);
  await layBuildTools(root, workshop);
  return await makeImageOf(root, 'drain-wait-build', hostPlatform(), workshop);
}

async function newRoot(name: string, { folder }: Workshop): Promise<string> {
  const root = join(folder, name);
  await mkdir(root);
  return root;
}

async function makeImageOf(
  root: string,
  name: string,
  platform: Platform,
  { folder, buildah }: Workshop,
): Promise<string> {
  const dockerfile = join(folder, `${name}.Dockerfile`);
  await writeFile(dockerfile, DOCKERFILE);
  const image = `localhost/${name}`;
  const settings = ['--platform', platform, '--timestamp', '0', '--identity-label=false'];
  await buildah(['build', ...settings, '--file', dockerfile, '--tag', image, root]);
  return image;
}
