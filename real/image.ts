import { join } from 'node:path';
import { runTool } from '../scripts/tool.ts';
import type { NodeOptions } from './node/node.ts';

const ROOT = join(import.meta.dirname, '..');

/** The image as a docker-archive: that of `E2E_IMAGE`, else one of this commit, built and started once. Resolves with the file. */
export async function imageArchive({ say, signal }: NodeOptions): Promise<string> {
  const { E2E_IMAGE: brought = '' } = process.env;
  if (brought !== '') return brought;
  say('builds the image');
  await runTool(process.execPath, ['scripts/image.ts'], { cwd: ROOT, signal });
  return join(ROOT, 'image/drain-wait.tar');
}
