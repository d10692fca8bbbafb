import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** Sees to it that the node goes when the process that wanted it goes, by a signal that nobody can handle, too. */
export interface Guard {
  /** Lets the node stay. */
  keep(): Promise<void>;
  /** Resolves when the node has been cleared away. */
  end(): Promise<void>;
}

/** What the guard is told when it has nothing to guard any more. Hearing nothing until the end of its input means: clear away. */
export const KEEP = 'keep';

/** A process in a session of its own, which a Ctrl-C does not reach; it hears of our end by the end of its input. */
export function startGuard(): Guard {
  const guard = spawn(process.execPath, [join(import.meta.dirname, 'clear-away.ts')], {
    detached: true,
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  const ended = once(guard, 'exit');
  async function tell(text: string): Promise<void> {
    guard.stdin.end(text);
    const [code] = await ended;
    if (code !== 0) throw new Error('The node could not be cleared away: try npm run cluster -- down');
  }
  return { keep: () => tell(KEEP), end: () => tell('') };
}
