import { mkdir, rename, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { layLibrariesOf, layProgram } from './base-files.ts';
import type { Workshop } from './workshop.ts';

/** As Node 26 brings it. From the registry, as a distribution's own npm is spread over the file system. */
const NPM = 'npm@11.19.1';

/** What the Dockerfile and npm's scripts call. */
const APPLETS = ['sh', 'mkdir', 'cp', 'chmod', 'touch'] as const;

/** What an image that the program is built in has beyond Node: a shell, npm, and what the bundler is linked to. */
export async function layBuildTools(root: string, workshop: Workshop): Promise<void> {
  await layBusybox(root, workshop);
  await layNpm(root, workshop);
  await layLibrariesOf(bundlerBinary(), root, workshop);
}

async function layBusybox(root: string, workshop: Workshop): Promise<void> {
  const busybox = (await workshop.tool('sh', ['-c', 'command -v busybox'])).trim();
  await layProgram(busybox, join(root, 'bin/busybox'), root, workshop);
  for (const applet of APPLETS) await symlink('busybox', join(root, 'bin', applet));
  await mkdir(join(root, 'usr/bin'), { recursive: true });
  await symlink('/bin/busybox', join(root, 'usr/bin/env'));
}

async function layNpm(root: string, { folder, tool }: Workshop): Promise<void> {
  const archive = (await tool('npm', ['pack', '--silent', NPM], { cwd: folder })).trim();
  await tool('tar', ['-xzf', archive], { cwd: folder });
  const modules = join(root, 'usr/local/lib/node_modules');
  await mkdir(modules, { recursive: true });
  await rename(join(folder, 'package'), join(modules, 'npm'));
  await mkdir(join(root, 'usr/local/bin'));
  await symlink('../lib/node_modules/npm/bin/npm-cli.js', join(root, 'usr/local/bin/npm'));
}

function bundlerBinary(): string {
  const rolldown = createRequire(createRequire(import.meta.url).resolve('rolldown/package.json'));
  return rolldown.resolve(`@rolldown/binding-linux-${process.arch}-gnu`);
}
