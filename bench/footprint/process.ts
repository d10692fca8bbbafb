import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

/** What a process occupies, in KiB (Linux: Documentation/filesystems/proc.rst). */
export interface Memory {
  /** Resident: shared pages count in full. */
  readonly rss: number;
  /** Proportional: a page that n processes share counts as 1/n. */
  readonly pss: number;
  /** Written by this process alone: what one more pod on a node really costs. */
  readonly privateDirty: number;
}

export function readMemory(pid: number): Memory {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return { rss: field(text, 'Rss'), pss: field(text, 'Pss'), privateDirty: field(text, 'Private_Dirty') };
}

/** The highest RSS since the process started, or since `forgetPeak`. KiB. */
export function readPeakRss(pid: number): number {
  return field(readFileSync(`/proc/${pid}/status`, 'utf8'), 'VmHWM');
}

export function forgetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

/** Processor time that the threads now alive have used, in ms. */
export function readCpuMs(pid: number): number {
  const tasks = `/proc/${pid}/task`;
  return readdirSync(tasks).reduce((sum, task) => {
    const [nanoseconds] = readFileSync(`${tasks}/${task}/schedstat`, 'utf8').split(' ');
    return sum + Number(nanoseconds) / 1e6;
  }, 0);
}

/** The children of a process, for whoever waits until it has none. */
export function childrenOf(pid: number): readonly string[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .split(' ')
    .filter((child) => child !== '');
}

function field(text: string, name: string): number {
  const found = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text);
  if (found === null) throw new Error(`the kernel does not tell ${name}`);
  return Number(found[1]);
}
