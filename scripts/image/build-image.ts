import type { Bases } from './bases.ts';
import type { Commit } from './commit.ts';
import { npmMounts } from './npm-settings.ts';
import { hostPlatform, type Platform } from './platform.ts';
import { say } from './say.ts';
import type { Workshop } from './workshop.ts';

export interface Image extends Bases, Commit {
  readonly name: string;
  readonly platform: Platform;
}

/** Resolves with the image ID: the same for the same commit and the same images to build on. */
export async function buildImage(image: Image, workshop: Workshop): Promise<string> {
  const settings = [
    ...['--tag', image.name, '--platform', image.platform],
    // Without --layers there is no cache: what is built is this tree.
    ...['--isolation', 'chroot', '--pull=false'],
    // Those that a build gets by default are above what some machines allow.
    ...['--ulimit', 'nofile=4096:4096', '--ulimit', 'nproc=4096:4096'],
    ...['--timestamp', `${image.epoch}`, '--identity-label=false'],
  ];
  const output = await workshop.buildah(
    ['build', ...settings, ...buildArguments(image), ...(await npmMounts(workshop)), '.'],
    { onLine: sayStep },
  );
  return output.trimEnd().split('\n').at(-1) ?? '';
}

function buildArguments(image: Image): readonly string[] {
  const values = {
    BUILD_IMAGE: image.buildBase,
    BASE_IMAGE: image.base,
    BUILDPLATFORM: hostPlatform(),
    SOURCE_DATE_EPOCH: `${image.epoch}`,
    REVISION: image.revision,
  };
  return Object.entries(values).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]);
}

function sayStep(line: string): void {
  const step = /STEP \d+\/\d+: ((?:FROM|COPY|RUN) .{0,80})/.exec(line)?.[1];
  if (step !== undefined) say(`  ${step}`);
}
