import { lstat, readdir, readFile, readlink, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { childrenOf, findProcesses, kill } from './daemon.ts';
import { CONTAINERD_SOCKET, PLACE } from './place.ts';
import type { Run } from './run.ts';

/** The kubelet always puts its links here. */
const LOG_LINKS = '/var/log/containers';
/** The kubelet always calls it so. */
const CGROUP = 'kubepods';
/** The record that the CNI library keeps of each attachment. */
const CNI_RESULTS = '/var/lib/cni/results';

/** Ends every container: the shims outlive containerd, and what they started outlives them. */
export async function endContainers(): Promise<void> {
  const shims = await findProcesses(CONTAINERD_SOCKET);
  for (const shim of shims) {
    for (const container of await childrenOf(shim)) kill(container, 'SIGKILL');
    kill(shim, 'SIGKILL');
  }
}

/** Removes what the node has left: mounts, the namespaces that they keep, control groups, links, its folder. */
export async function removeRemains(run: Run): Promise<void> {
  for (const mount of (await mountsBelow(PLACE)).toReversed()) await run('umount', ['--lazy', mount]);
  await removeCgroups();
  await removeWhere(
    LOG_LINKS,
    async (link) => (await lstat(link)).isSymbolicLink() && (await readlink(link)).startsWith(PLACE),
  );
  await removeWhere(CNI_RESULTS, async (file) => (await readFile(file, 'utf8')).includes(PLACE));
  await run('rm', ['-rf', '--one-file-system', PLACE]);
}

/** proc(5): the fifth field of each line, spaces as \040. */
async function mountsBelow(folder: string): Promise<readonly string[]> {
  const lines = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n');
  return lines
    .map((line) => (line.split(' ')[4] ?? '').replaceAll('\\040', ' '))
    .filter((path) => path.startsWith(`${folder}/`));
}

/** Of version 1, one tree a controller, and of version 2. */
async function removeCgroups(): Promise<void> {
  const controllers = await readdir('/sys/fs/cgroup').catch(() => []);
  for (const tree of ['', ...controllers]) await removeCgroup(join('/sys/fs/cgroup', tree, CGROUP));
}

/** From the leaves up. One with processes in it cannot be removed, and then it is somebody else's. */
async function removeCgroup(folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) if (entry.isDirectory()) await removeCgroup(join(folder, entry.name));
  await rmdir(folder).catch(() => {});
}

async function removeWhere(folder: string, isOurs: (path: string) => Promise<boolean>): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name);
    if (await isOurs(path)) await rm(path);
  }
}
