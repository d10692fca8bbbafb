import { parseArgs } from 'node:util';
import { hostPlatform, PLATFORMS, type Platform } from './platform.ts';

/** Where an image to build on comes from: made on this machine, the Dockerfile's default, or a name. */
export type ImageSource =
  | { readonly kind: 'local' }
  | { readonly kind: 'default' }
  | { readonly kind: 'named'; readonly name: string };

export interface Options {
  readonly base: ImageSource;
  readonly buildImage: ImageSource;
  readonly platform: Platform;
}

export const helpText = `Usage: npm run image -- [options]

Builds the image with buildah and starts it once: read-only, as user 65532, without capabilities. Fails if it adds more than
3 MB, compressed, to its base. Writes image/drain-wait.tar (docker-archive), or image/drain-wait-ARCH.tar for another platform.

Without options no container registry is needed: the two images to build on are made of what is on this machine.

  --registry            take both from their registries, as the Dockerfile names them
  --base IMAGE          what the image is built on: Node at /nodejs/bin/node
  --build-image IMAGE   what the program is built in: a shell, Node 24 or newer, npm
  --platform PLATFORM   ${PLATFORMS.join(' or ')}; default: this machine's. Another one is not started, and its local base is empty
  --help                this text

Needs Linux, root, and the Debian packages buildah, runc and busybox-static.`;

/** Undefined where help is asked for. @throws with what is wrong with the arguments. */
export function readOptions(args: readonly string[]): Options | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      registry: { type: 'boolean', default: false },
      base: { type: 'string' },
      'build-image': { type: 'string' },
      platform: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return undefined;
  const source = (name: string | undefined): ImageSource => {
    if (name !== undefined) return { kind: 'named', name };
    return { kind: values.registry ? 'default' : 'local' };
  };
  return {
    base: source(values.base),
    buildImage: source(values['build-image']),
    platform: values.platform === undefined ? hostPlatform() : readPlatform(values.platform),
  };
}

function readPlatform(value: string): Platform {
  const platform = PLATFORMS.find((each) => each === value);
  if (platform === undefined) throw new Error(`--platform must be ${PLATFORMS.join(' or ')}: it is ${value}`);
  return platform;
}
