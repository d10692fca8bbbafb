import { tmpdir } from 'node:os';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { imageSettings } from '../../sim/image.ts';
import type { Program } from './start.ts';

/** One way to run drain-wait. */
export interface Variant {
  readonly name: string;
  readonly entry: string;
  readonly nodeFlags: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Reads Kubernetes by a kubeconfig, and so with the official client. */
  readonly officialClient?: boolean;
}

const ENTRY = resolve('dist/drain-wait.cjs');
const BARE_SERVER = fileURLToPath(new URL('./bare-server.cjs', import.meta.url));

/** What the image reads in `/app` and `/var/run/secrets` is here in other places. */
const IMAGE = imageSettings([dirname(ENTRY), dirname(BARE_SERVER), tmpdir()]);

/** The least that Node weighs, as it comes and with the settings of the image. */
export const BARE: Program = { nodeFlags: [], args: [BARE_SERVER], env: {} };
export const BARE_WITH_SETTINGS: Program = { ...IMAGE, args: [BARE_SERVER] };

/** As the image runs it. */
export const SHIPPED: Variant = { name: 'drain-wait', entry: ENTRY, ...IMAGE };

export const OFFICIAL_CLIENT: Variant = {
  ...SHIPPED,
  name: 'drain-wait with the official Kubernetes client',
  officialClient: true,
};

export const WITHOUT_PERMISSIONS = without('the permission model', '--permission', '--allow-');

/** What a variant leaves behind. */
export const COMPILE_CACHE = resolve(tmpdir(), 'drain-wait-compile-cache');

/** What else was tried, each as a change of what is shipped. */
export const TRIED: readonly Variant[] = [
  SHIPPED,
  { ...SHIPPED, name: 'no setting at all', nodeFlags: [], env: {} },
  without('the limits of the heap', '--max-semi-space-size', '--max-old-space-size'),
  without('`--v8-pool-size=0`', '--v8-pool-size'),
  { ...SHIPPED, name: 'without the settings of glibc and libuv', env: {} },
  WITHOUT_PERMISSIONS,
  withCompileCache(COMPILE_CACHE),
  withFlags('--lite-mode'),
  withFlags('--jitless'),
  withFlags('--optimize-for-size'),
  withFlags('--no-opt', '--no-maglev', '--no-sparkplug'),
  withFlags('--single-threaded'),
];

function without(what: string, ...prefixes: readonly string[]): Variant {
  const isKept = (flag: string) => !prefixes.some((prefix) => flag.startsWith(prefix));
  return { ...SHIPPED, name: `without ${what}`, nodeFlags: SHIPPED.nodeFlags.filter(isKept) };
}

function withFlags(...flags: readonly string[]): Variant {
  return { ...SHIPPED, name: `with \`${flags.join(' ')}\``, nodeFlags: [...SHIPPED.nodeFlags, ...flags] };
}

/** The first life fills it. In the image it would have to be made by the build. */
function withCompileCache(folder: string): Variant {
  const permissions = [`--allow-fs-read=${folder}`, `--allow-fs-write=${folder}`];
  return {
    ...SHIPPED,
    name: 'with a compile cache',
    env: { ...SHIPPED.env, NODE_COMPILE_CACHE: folder },
    nodeFlags: [...SHIPPED.nodeFlags, ...permissions],
  };
}
