import { readFile } from 'node:fs/promises';
import { makeLocalBase, makeLocalBuildImage } from './local-bases.ts';
import type { ImageSource, Options } from './options.ts';
import { say } from './say.ts';
import type { Workshop } from './workshop.ts';

/** The names of the two images that the Dockerfile builds on. */
export interface Bases {
  readonly base: string;
  readonly buildBase: string;
}

export async function imagesToBuildOn(options: Options, workshop: Workshop): Promise<Bases> {
  const { base, buildImage, platform } = options;
  return {
    base: await nameOf(base, 'BASE_IMAGE', () => makeLocalBase(platform, workshop)),
    buildBase: await nameOf(buildImage, 'BUILD_IMAGE', () => makeLocalBuildImage(workshop)),
  };
}

async function nameOf(source: ImageSource, argument: string, make: () => Promise<string>): Promise<string> {
  switch (source.kind) {
    case 'named':
      return source.name;
    case 'default':
      return await dockerfileDefault(argument);
    case 'local':
      say(`makes an image of what is on this machine (${argument})`);
      return await make();
    default:
      return source satisfies never;
  }
}

async function dockerfileDefault(argument: string): Promise<string> {
  const name = new RegExp(`^ARG ${argument}=(.+)$`, 'm').exec(await readFile('Dockerfile', 'utf8'))?.[1];
  if (name === undefined) throw new Error(`The Dockerfile has no default for ${argument}`);
  return name;
}
