import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findProcesses, kill, signalDaemon } from './daemon.ts';

/** Stops the process of a part of the node where it is, for so long, as a machine that hangs does. */
export async function freeze(name: string, forMs: number, signal: AbortSignal): Promise<void> {
  await signalDaemon(name, 'SIGSTOP');
  try {
    await sleep(forMs, undefined, { signal });
  } finally {
    await signalDaemon(name, 'SIGCONT');
  }
}

/** Kills the process of this program in the pod with this UID, as the kernel does. @throws where there is none. */
export async function killProcess(podUid: string, program: string): Promise<void> {
  kill(await processOf(podUid, program), 'SIGKILL');
}

/** Leaves the process not a page of memory more than it has, so that the kernel kills it when it wants one (cgroup v1 and v2). */
export async function starveOfMemory(podUid: string, program: string): Promise<void> {
  const group = await memoryGroupOf(await processOf(podUid, program));
  const names = await readdir(group);
  if (names.includes('memory.max')) return await writeFile(join(group, 'memory.max'), '0');
  const limit = join(group, 'memory.limit_in_bytes');
  let bytes = Number(await readFile(join(group, 'memory.usage_in_bytes'), 'utf8'));
  // The kernel gives back what it can, and refuses when nothing is left to give.
  for (; bytes > 0; bytes -= STEP_BYTES) {
    const refused = await writeFile(limit, String(bytes)).then(
      () => false,
      () => true,
    );
    if (refused) return;
  }
}

const STEP_BYTES = 2 ** 18;

async function processOf(podUid: string, program: string): Promise<number> {
  for (const pid of await findProcesses(program)) {
    const groups = await readFile(`/proc/${pid}/cgroup`, 'utf8').catch(() => '');
    if (groups.includes(podUid) || groups.includes(podUid.replaceAll('-', '_'))) return pid;
  }
  throw new Error(`No process of pod ${podUid} runs ${program}`);
}

async function memoryGroupOf(pid: number): Promise<string> {
  const lines = (await readFile(`/proc/${pid}/cgroup`, 'utf8')).split('\n');
  const line = lines.find((each) => each.includes(':memory:')) ?? lines.find((each) => each.startsWith('0::')) ?? '';
  const path = line.split(':').slice(2).join(':');
  return line.includes(':memory:') ? join('/sys/fs/cgroup/memory', path) : join('/sys/fs/cgroup', path);
}
