import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** The file that the shell would start for `tool`; undefined where there is none. */
export async function findOnPath(tool: string): Promise<string | undefined> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const file = join(folder, tool);
    if (await isExecutable(file)) return file;
  }
  return undefined;
}

export async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
