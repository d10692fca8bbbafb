import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addTargetGroup } from '../../sim/add-target-group.ts';
import { type EmbeddedCluster, startCluster } from '../../sim/cluster.ts';
import { kubeconfig } from '../../sim/kubeconfig.ts';
import { fakeProcess } from '../../sim/kubelet/process.ts';
import { type ProtectedPod, runProtectedPod } from '../../sim/protected-pod.ts';
import type { Variant } from './variants.ts';

/** From the deletion to the deregistration: long enough for several looks of the hold. */
const LAG_MS = 15_000;
/** What the load balancer does afterwards is nothing to a hold that asks no more. */
const SETTLE = '2s';

/** An embedded cluster at the pace of the real clock, with one target group. */
export async function startScene(): Promise<EmbeddedCluster> {
  const cluster = await startCluster({ lagMs: LAG_MS });
  addTargetGroup(cluster);
  return cluster;
}

/** A pod of the target group, with the variant as its sidecar. */
export function runPod(
  cluster: EmbeddedCluster,
  variant: Variant,
  index: number,
  folder: string,
  launcher: readonly string[] = [],
): Promise<ProtectedPod> {
  return runProtectedPod({
    cluster,
    name: `web-${index}`,
    ips: [`10.1.0.${index + 1}`],
    gracePeriodSeconds: 120,
    app: () => fakeProcess({ clock: cluster.clock }),
    entry: variant.entry,
    nodeFlags: variant.nodeFlags,
    launcher,
    env: {
      ...variant.env,
      DRAIN_WAIT_SETTLE_ALB: SETTLE,
      ...(variant.officialClient === true ? { KUBECONFIG: writeKubeconfig(folder, cluster) } : {}),
    },
  });
}

function writeKubeconfig(folder: string, { kubernetes }: EmbeddedCluster): string {
  const path = join(folder, 'kubeconfig');
  writeFileSync(path, kubeconfig(kubernetes.url));
  return path;
}
