import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { ProtectedPod } from '../../sim/protected-pod.ts';

/** For the process: on SIGUSR2 it tells what keeps its event loop busy. Not a file, which Node would have to be allowed to read. */
const REPORT = `
import { writeSync } from 'node:fs';
process.on('SIGUSR2', () => {
  const counts = {};
  for (const name of process.getActiveResourcesInfo()) counts[name] = (counts[name] ?? 0) + 1;
  writeSync(1, JSON.stringify({ level: 'info', msg: 'resources', counts }) + '\\n');
});`;

/** Flags of Node with which a process can be sampled. */
export const SAMPLED: readonly string[] = ['--import', `data:text/javascript,${encodeURIComponent(REPORT)}`];

/** What a sidecar holds in a quiet moment. */
export interface Sample {
  /** Resident, KiB. */
  readonly rss: number;
  readonly descriptors: number;
  readonly sockets: number;
  /** Of the event loop, by its own account. */
  readonly timers: number;
  /** Connections that are open, and listening sockets. */
  readonly connections: number;
}

/** Linux only: it reads /proc. The process must have been started with `SAMPLED`. */
export async function takeSample(pod: ProtectedPod): Promise<Sample> {
  const { pid } = pod.sidecarProcess;
  const before = reports(pod).length;
  process.kill(Number(pid), 'SIGUSR2');
  while (reports(pod).length === before) await new Promise((resolve) => setTimeout(resolve, 10));
  const counts = reports(pod).at(-1)?.['counts'] as Readonly<Record<string, number>>;
  const descriptors = readdirSync(`/proc/${pid}/fd`).map((name) => target(`/proc/${pid}/fd/${name}`));
  return {
    rss: Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]),
    descriptors: descriptors.length,
    sockets: descriptors.filter((name) => name.startsWith('socket:')).length,
    timers: (counts['Timeout'] ?? 0) + (counts['Immediate'] ?? 0),
    connections: (counts['TCPSocketWrap'] ?? 0) + (counts['TCPServerWrap'] ?? 0),
  };
}

function reports({ log }: ProtectedPod) {
  return log.filter(({ msg }) => msg === 'resources');
}

/** Empty where it has been closed meanwhile. */
function target(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return '';
  }
}
