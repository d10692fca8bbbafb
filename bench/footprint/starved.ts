import { tmpdir } from 'node:os';
import { findMoment } from '../../sim/timeline.ts';
import { makeControlGroup } from './control-group.ts';
import { runPod, startScene } from './scene.ts';
import { SHIPPED } from './variants.ts';

/** One life of a sidecar that has next to no processor. All in ms. */
export interface StarvedLife {
  /** From the start of the process until it listened. */
  readonly listeningMs: number;
  /** From there until the start-up check had found the targets. */
  readonly checkMs: number;
  /** From the deletion to the first DescribeTargetHealth. */
  readonly firstLookMs: number;
  /** From the deregistration to SIGTERM, of which the settle time is a part. */
  readonly sigtermAfterDeregistrationMs: number;
  readonly reason: string;
  readonly calls: number;
}

/** Starts a pod whose sidecar may use `millicores`, and deletes it. Needs root. */
export async function starve(millicores: number): Promise<StarvedLife> {
  const group = makeControlGroup();
  group.limitCpu(millicores);
  const cluster = await startScene();
  try {
    const startedAt = performance.now();
    const pod = await runPod(cluster, SHIPPED, 0, tmpdir(), group.launcher);
    const listeningMs = performance.now() - startedAt;
    await pod.logged('start-up check');
    const checkMs = performance.now() - startedAt - listeningMs;
    const looked = cluster.aws.requests.length;
    const deletedAt = performance.now();
    cluster.store.deletePod(pod.namespace, pod.name);
    while (cluster.aws.requests.length === looked) await new Promise((resolve) => setTimeout(resolve, 10));
    const firstLookMs = performance.now() - deletedAt;
    await pod.ended;
    const released = await pod.logged('hold released');
    const [target] = released['targets'] as readonly { readonly calls: number }[];
    const at = (what: string, container?: string) => findMoment(cluster.timeline, what, container)?.atMs ?? Number.NaN;
    return {
      listeningMs,
      checkMs,
      firstLookMs,
      sigtermAfterDeregistrationMs: at('sends SIGTERM', 'app') - at('deregisters target'),
      reason: String(released['reason']),
      calls: target?.calls ?? 0,
    };
  } finally {
    await cluster.close();
    await group.close();
  }
}
