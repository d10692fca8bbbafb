import { findOnPath } from '../on-path.ts';

/** What is run, and the Debian package that has it. */
const TOOLS = {
  buildah: 'buildah',
  runc: 'runc',
  busybox: 'busybox-static',
  ldd: 'libc-bin',
  tar: 'tar',
  npm: 'npm',
} as const;

/** @throws with what to do, when something is missing. */
export async function requireTools(): Promise<void> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    throw new Error(
      'npm run image must be run on Linux, as root. `docker build .` builds the same Dockerfile elsewhere.',
    );
  }
  const missing = await missingPackages();
  if (missing.length > 0) {
    throw new Error(
      `npm run image needs more than is installed here. Install it with: apt-get install ${missing.join(' ')}`,
    );
  }
}

/** The Debian packages that are not installed. */
export async function missingPackages(): Promise<readonly string[]> {
  const missing = [];
  for (const [tool, debianPackage] of Object.entries(TOOLS))
    if ((await findOnPath(tool)) === undefined) missing.push(debianPackage);
  return missing;
}
