import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where a thing that was built or fetched is kept: outside of the repository, so that a fresh clone finds it, too. */
export function cacheFolder(thing: string): string {
  const { XDG_CACHE_HOME = join(homedir(), '.cache') } = process.env;
  return join(XDG_CACHE_HOME, 'drain-wait', thing);
}
