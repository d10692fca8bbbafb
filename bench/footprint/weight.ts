import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EmbeddedCluster } from '../../sim/cluster.ts';
import type { ProtectedPod } from '../../sim/protected-pod.ts';
import { probe } from './probes.ts';
import { childrenOf, forgetPeak, type Memory, readCpuMs, readMemory, readPeakRss } from './process.ts';
import { runPod, startScene } from './scene.ts';
import { type Program, start } from './start.ts';
import type { Variant } from './variants.ts';

/** What one life of a server weighed. Memory in KiB, processor time in ms. */
export interface Weight {
  readonly idle: Memory;
  /** After the probe and status calls. */
  readonly afterProbes: Memory;
  readonly cpuToIdle: number;
  /** In 10 s of idleness. */
  readonly cpuIdle: number;
}

/** The same of a sidecar, which then has held its pod. */
export interface SidecarWeight extends Weight {
  /** The highest in the hold: RSS as the kernel keeps it, the others of many samples. */
  readonly hold: Memory;
  readonly cpuHold: number;
  readonly reason: string;
  /** To ELBv2, in the hold. */
  readonly calls: number;
}

const QUIET_MS = 3_000;
const IDLE_MS = 10_000;
const SAMPLE_MS = 50;

/** One life of a server that is no sidecar: started, idle, probed so many times. */
export async function weighServer(program: Program, probes: number): Promise<Weight> {
  const server = await start(program);
  try {
    return await weighQuietLife(server.pid, server.url, probes);
  } finally {
    await server.stop();
  }
}

/** One life of each variant, all in one cluster at the same time: started, idle, probed so many times, and deleted. */
export async function weighSidecars(variants: readonly Variant[], probes: number): Promise<readonly SidecarWeight[]> {
  const folder = await mkdtemp(join(tmpdir(), 'footprint-'));
  const cluster = await startScene();
  try {
    const pods: ProtectedPod[] = [];
    for (const [index, variant] of variants.entries()) pods.push(await runPod(cluster, variant, index, folder));
    await Promise.all(pods.map(checkEnded));
    const quiet = await Promise.all(pods.map((pod) => weighQuietLife(pidOf(pod), pod.url, probes)));
    const holds = await Promise.all(pods.map((pod) => weighHold(cluster, pod)));
    return quiet.flatMap((weight, index) => {
      const hold = holds[index];
      return hold === undefined ? [] : [{ ...weight, ...hold }];
    });
  } finally {
    await cluster.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The start-up check is a child: what it weighs is not that of the idle sidecar. */
async function checkEnded(pod: ProtectedPod): Promise<void> {
  await pod.logged('start-up check');
  while (childrenOf(pidOf(pod)).length > 0) await sleep(20);
}

function pidOf({ name, sidecarProcess: { pid } }: ProtectedPod): number {
  if (pid === undefined) throw new Error(`the sidecar of ${name} is no process`);
  return pid;
}

async function weighQuietLife(pid: number, url: string, probes: number): Promise<Weight> {
  await sleep(QUIET_MS);
  const idle = readMemory(pid);
  const cpuToIdle = readCpuMs(pid);
  await sleep(IDLE_MS);
  const cpuIdle = readCpuMs(pid) - cpuToIdle;
  await probe(url, probes);
  await sleep(QUIET_MS);
  return { idle, afterProbes: readMemory(pid), cpuToIdle, cpuIdle };
}

async function weighHold(cluster: EmbeddedCluster, pod: ProtectedPod): Promise<Omit<SidecarWeight, keyof Weight>> {
  const pid = pidOf(pod);
  forgetPeak(pid);
  const cpuBefore = readCpuMs(pid);
  const peak = { rss: 0, pss: 0, privateDirty: 0 };
  let cpuHold = 0;
  const sampling = setInterval(() => {
    const now = readMemory(pid);
    peak.rss = readPeakRss(pid);
    peak.pss = Math.max(peak.pss, now.pss);
    peak.privateDirty = Math.max(peak.privateDirty, now.privateDirty);
    cpuHold = readCpuMs(pid) - cpuBefore;
  }, SAMPLE_MS);
  cluster.store.deletePod(pod.namespace, pod.name);
  const released = await pod.logged('hold released').finally(() => clearInterval(sampling));
  const [target] = released['targets'] as readonly { readonly calls: number }[];
  await pod.ended;
  return { hold: peak, cpuHold, reason: String(released['reason']), calls: target?.calls ?? 0 };
}
