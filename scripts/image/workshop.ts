import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runTool, type ToolRun } from '../tool.ts';

/** A folder that everything happens in, buildah's storage too, and that is gone afterwards. */
export interface Workshop {
  readonly folder: string;
  /** Aborted when the user stops the command. */
  readonly signal: AbortSignal;
  tool(command: string, args: readonly string[], run?: Partial<ToolRun>): Promise<string>;
  buildah(args: readonly string[], run?: Partial<ToolRun>): Promise<string>;
}

/** Removes the folder however the work ends. */
export async function inWorkshop<Result>(
  signal: AbortSignal,
  work: (workshop: Workshop) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'drain-wait-image-'));
  try {
    return await work(await openWorkshop(folder, signal));
  } finally {
    // Not beyond a mount, if one were left: what is mounted is the user's.
    await runTool('rm', ['-rf', '--one-file-system', folder], { signal: new AbortController().signal });
  }
}

async function openWorkshop(folder: string, signal: AbortSignal): Promise<Workshop> {
  const temporary = join(folder, 'tmp');
  await mkdir(temporary);
  const tool: Workshop['tool'] = (command, args, run) => runTool(command, args, { signal, ...run });
  // vfs is slower than overlay, and works everywhere: inside containers, on any file system, without mounts to clean up.
  const storage = ['--root', join(folder, 'storage'), '--runroot', join(folder, 'run'), '--storage-driver', 'vfs'];
  return {
    folder,
    signal,
    tool,
    buildah: (args, run) => tool('buildah', [...storage, ...args], { env: { TMPDIR: temporary }, ...run }),
  };
}
