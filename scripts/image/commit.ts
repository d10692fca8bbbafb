import { ToolFailed } from '../tool.ts';
import type { Workshop } from './workshop.ts';

export interface Commit {
  readonly revision: string;
  /** When it was committed, in seconds. Every time in the image is this one. */
  readonly epoch: number;
}

/** What is built: the commit, marked if the tree differs from it. SOURCE_DATE_EPOCH wins over its time. */
export async function readCommit(workshop: Workshop): Promise<Commit> {
  const given = process.env['SOURCE_DATE_EPOCH'];
  const { revision, epoch } = await fromGit(workshop);
  return { revision, epoch: given === undefined ? epoch : Number(given) };
}

async function fromGit({ tool }: Workshop): Promise<Commit> {
  try {
    const [revision = '', time] = (await tool('git', ['log', '-1', '--format=%H %ct'])).split(' ');
    const changes = await tool('git', ['status', '--porcelain']);
    return { revision: changes === '' ? revision : `${revision}-dirty`, epoch: Number(time) };
  } catch (error) {
    if (error instanceof ToolFailed || (error as NodeJS.ErrnoException).code === 'ENOENT') {
      return { revision: 'unknown', epoch: 0 };
    }
    throw error;
  }
}
