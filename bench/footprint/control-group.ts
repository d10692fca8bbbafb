import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The kubelet's own period of `limits.cpu`. */
const PERIOD_US = 100_000;
const ROOT = '/sys/fs/cgroup';
const IS_V2 = existsSync(join(ROOT, 'cgroup.controllers'));
const MIB = 1_024 * 1_024;

/** A control group, as a container has one: its processes share what it is given. */
export interface ControlGroup {
  /** Put before a command, starts it in the group. */
  readonly launcher: readonly string[];
  /** As `limits.cpu: <millicores>m` does it (kernel: cgroup-v2.rst, sched-bwc.rst); also for what runs already. */
  limitCpu(millicores: number): void;
  /** As `limits.memory: <mebibytes>Mi` does it. */
  limitMemory(mebibytes: number): void;
  /** How many processes were killed for memory. */
  killedForMemory(): number;
  /** Resolves when no process is left. */
  close(): Promise<void>;
}

let made = 0;

/** Needs root. Throws an Error that says what is missing. */
export function makeControlGroup(): ControlGroup {
  made += 1;
  const name = `drain-wait-${process.pid}-${made}`;
  // In the first version each kind of resource has a tree of its own.
  const cpu = join(IS_V2 ? ROOT : join(ROOT, 'cpu'), name);
  const memory = join(IS_V2 ? ROOT : join(ROOT, 'memory'), name);
  const folders = [...new Set([cpu, memory])];
  try {
    if (IS_V2) writeFileSync(join(ROOT, 'cgroup.subtree_control'), '+cpu +memory');
    for (const folder of folders) mkdirSync(folder);
  } catch (error) {
    throw new Error(`a control group needs root and a writable ${ROOT}: ${String(error)}`);
  }
  const joins = folders.map((folder) => `echo $$ > ${folder}/cgroup.procs`).join(' && ');
  return {
    launcher: ['/bin/sh', '-c', `${joins} && exec "$@"`, 'sh'],
    limitCpu(millicores) {
      const quota = (PERIOD_US * millicores) / 1_000;
      if (IS_V2) return writeFileSync(join(cpu, 'cpu.max'), `${quota} ${PERIOD_US}`);
      writeFileSync(join(cpu, 'cpu.cfs_period_us'), String(PERIOD_US));
      writeFileSync(join(cpu, 'cpu.cfs_quota_us'), String(quota));
    },
    limitMemory(mebibytes) {
      writeFileSync(join(memory, IS_V2 ? 'memory.max' : 'memory.limit_in_bytes'), String(mebibytes * MIB));
    },
    killedForMemory() {
      const counts = readFileSync(join(memory, IS_V2 ? 'memory.events' : 'memory.oom_control'), 'utf8');
      return Number(/^oom_kill (\d+)$/m.exec(counts)?.[1]);
    },
    async close() {
      for (const folder of folders) {
        while (readFileSync(join(folder, 'cgroup.procs'), 'utf8') !== '')
          await new Promise((resolve) => setTimeout(resolve, 50));
        rmdirSync(folder);
      }
    },
  };
}
