import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The limit of the container, in KiB. */
export const MEMORY_LIMIT = 128 * 1_024;

export interface Peak {
  /** Of the process, RSS as the kernel keeps it, in KiB. */
  readonly rss: number;
  /** Of the process and its children, in KiB, as their container is charged for them: what they share counts once. */
  readonly together: number;
}

export interface MemoryWatch {
  /** A command that starts the process to be watched: see `ProtectedPodOptions`. */
  readonly launcher: readonly string[];
  /** Ends it, and gives the highest so far. Undefined where nothing tells: only Linux does. */
  stop(): Promise<Peak | undefined>;
}

/** Watches a process from its first moment. */
export async function watchMemory(): Promise<MemoryWatch> {
  const folder = await mkdtemp(join(tmpdir(), 'memory-'));
  const pidFile = join(folder, 'pid');
  let peak: Peak | undefined;
  const sampling = setInterval(() => {
    const pid = read(pidFile).trim();
    const rss = field(`/proc/${pid}/status`, 'VmHWM');
    if (rss === 0) return;
    peak = { rss, together: Math.max(peak?.together ?? 0, sumOf([pid, ...childrenOf(pid)])) };
  }, 10);
  return {
    launcher: ['sh', '-c', 'echo $$ > "$0"; exec "$@"', pidFile],
    async stop() {
      clearInterval(sampling);
      await rm(folder, { recursive: true });
      return peak;
    },
  };
}

function childrenOf(pid: string): readonly string[] {
  return read(`/proc/${pid}/task/${pid}/children`)
    .split(' ')
    .filter((child) => child !== '');
}

function sumOf(pids: readonly string[]): number {
  return pids.reduce((sum, pid) => sum + field(`/proc/${pid}/smaps_rollup`, 'Pss'), 0);
}

/** 0 where the process has ended. */
function field(path: string, name: string): number {
  const [, kib] = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(read(path)) ?? [];
  return Number(kib ?? 0);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
