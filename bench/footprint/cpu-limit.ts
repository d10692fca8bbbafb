import { existsSync, mkdtempSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The kubelet's own period of `limits.cpu`. */
const PERIOD_US = 100_000;
const V2 = '/sys/fs/cgroup';
const V1 = '/sys/fs/cgroup/cpu';

/** A control group whose processes have so much processor time together. */
export interface CpuLimit {
  /** Put before a command, starts it in the group. */
  readonly launcher: readonly string[];
  close(): Promise<void>;
}

/** As `limits.cpu: <millicores>m` does it (kernel: cgroup-v2.rst, sched-bwc.rst). Needs root. Throws an Error that says what is missing. */
export function limitCpu(millicores: number): CpuLimit {
  const quota = (PERIOD_US * millicores) / 1_000;
  const isV2 = existsSync(join(V2, 'cgroup.controllers'));
  let group: string;
  try {
    if (isV2) writeFileSync(join(V2, 'cgroup.subtree_control'), '+cpu');
    group = mkdtempSync(join(isV2 ? V2 : V1, 'drain-wait-bench-'));
    if (isV2) writeFileSync(join(group, 'cpu.max'), `${quota} ${PERIOD_US}`);
    else {
      writeFileSync(join(group, 'cpu.cfs_period_us'), String(PERIOD_US));
      writeFileSync(join(group, 'cpu.cfs_quota_us'), String(quota));
    }
  } catch (error) {
    throw new Error(`a CPU limit needs root and a writable ${isV2 ? V2 : V1}: ${String(error)}`);
  }
  return {
    launcher: ['/bin/sh', '-c', `echo $$ > ${group}/cgroup.procs && exec "$@"`, 'sh'],
    async close() {
      while (readFileSync(join(group, 'cgroup.procs'), 'utf8') !== '')
        await new Promise((resolve) => setTimeout(resolve, 50));
      rmdirSync(group);
    },
  };
}
