import { chmod, copyFile, mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { ToolFailed } from '../tool.ts';
import type { Workshop } from './workshop.ts';

const FILES = {
  'etc/passwd': 'root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n',
  'etc/group': 'root:x:0:\nnonroot:x:65532:\n',
  'etc/nsswitch.conf': 'hosts: files dns\n',
  'etc/ssl/certs/ca-certificates.crt': `${rootCertificates.join('\n')}\n`,
} as const;

export async function laySystemFiles(root: string): Promise<void> {
  for (const [path, text] of Object.entries(FILES)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  for (const folder of ['root', 'home/nonroot', 'tmp']) await mkdir(join(root, folder), { recursive: true });
  await chmod(join(root, 'tmp'), 0o1777);
}

/** The Node of the platform package: the image must have 26, whichever runs this script. */
export async function layNode(root: string, workshop: Workshop): Promise<void> {
  const node = createRequire(import.meta.url).resolve(`node-linux-${process.arch}/bin/node`);
  await layProgram(node, join(root, 'nodejs/bin/node'), root, workshop);
}

/** A program, and the libraries that it is linked to, which keep their paths. */
export async function layProgram(program: string, to: string, root: string, workshop: Workshop): Promise<void> {
  await lay(program, to);
  await layLibrariesOf(program, root, workshop);
}

export async function layLibrariesOf(program: string, root: string, workshop: Workshop): Promise<void> {
  for (const library of await librariesOf(program, workshop)) await lay(library, join(root, library));
}

async function librariesOf(program: string, { tool }: Workshop): Promise<readonly string[]> {
  try {
    return [...(await tool('ldd', [program])).matchAll(/(?<=\s)\/\S+/g)].map(([path]) => path);
  } catch (error) {
    // So it says of a static program.
    if (error instanceof ToolFailed && error.message.includes('not a dynamic executable')) return [];
    throw error;
  }
}

async function lay(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await copyFile(from, to);
}
