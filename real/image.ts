import { join } from 'node:path';
import { missingPackages } from '../scripts/image/require-tools.ts';
import { runTool } from '../scripts/tool.ts';
import type { NodeOptions } from './node/node.ts';

const ROOT = join(import.meta.dirname, '..');

/** What must be there before an image can be, each with how to get it. Empty: it can, or it is brought. */
export async function missingForImage(): Promise<readonly string[]> {
  if ((process.env['E2E_IMAGE'] ?? '') !== '') return [];
  const packages = await missingPackages();
  return packages.length === 0 ? [] : [`programs for the image: apt-get install ${packages.join(' ')}`];
}

/** The image as a docker-archive: that of `E2E_IMAGE`, else one of this commit, built and started once. Resolves with the file. */
export async function imageArchive({ say, signal }: NodeOptions): Promise<string> {
  const { E2E_IMAGE: brought = '' } = process.env;
  if (brought !== '') return brought;
  say('builds the image');
  await runTool(process.execPath, ['scripts/image.ts'], { cwd: ROOT, signal });
  return join(ROOT, 'image/drain-wait.tar');
}
