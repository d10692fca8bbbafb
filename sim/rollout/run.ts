import { addTargetGroup } from '../add-target-group.ts';
import { type EmbeddedCluster, startCluster } from '../cluster.ts';
import { startAlb } from '../data-plane/alb.ts';
import { startNlb } from '../data-plane/nlb.ts';
import { createDeployment } from '../deployment.ts';
import { fatesOf } from './fates.ts';
import { createRolloutPods } from './pods.ts';
import { type RolloutResult, throttlesOf } from './result.ts';
import type { RolloutStrategy } from './strategies.ts';
import { type Circumstances, HEALTHY_AFTER_MS, isAtRest, LONGEST_MS, rollUnderLoad } from './under-load.ts';

export interface RolloutOptions extends Circumstances {
  readonly deregistrationDelayMs: number;
  /** How many times as fast as the real clock everything goes. */
  readonly speed: number;
  /** The program that is the sidecar drain-wait. */
  readonly entry: string;
}

const LOOK_MS = 200;

/** One rolling update under load, on an embedded cluster of its own. */
export async function runRollout(strategy: RolloutStrategy, options: RolloutOptions): Promise<RolloutResult> {
  const { speed, lagMs } = options;
  const cluster = await startCluster({ speed, lagMs });
  const { clock, timeline } = cluster;
  try {
    const { loadBalancer, deregistrationDelayMs } = options;
    const group = addTargetGroup(cluster, 'web', {
      group: { loadBalancer, deregistrationDelayMs, healthyAfterMs: HEALTHY_AFTER_MS },
    });
    const address = (ip: string, port: number) => cluster.addresses.get(`${ip}:${port}`);
    const startLoadBalancer = options.loadBalancer === 'alb' ? startAlb : startNlb;
    await using balancer = closing(
      await startLoadBalancer({ clock, elbv2: cluster.elbv2, targetGroup: group.arn, address }),
    );
    const pods = createRolloutPods({ ...options, cluster, hook: strategy.hook, targetGroup: group.arn });
    const deployment = createDeployment({ ...options, ...cluster, name: 'web', startPod: pods.start });
    await within(cluster, deployment.ready().then(pods.calm), 'the Deployment is not available');
    await until(cluster, () => cluster.elbv2.routable(group.arn).length === options.replicas);
    const seen = await rollUnderLoad({
      ...options,
      aws: cluster,
      clock,
      timeline,
      url: balancer.url,
      rollOut: () => within(cluster, deployment.rollOut(), 'the rollout does not end'),
      rest: () => until(cluster, () => isAtRest(timeline)),
    });
    return {
      strategy: strategy.name,
      title: strategy.title,
      ...seen,
      pods: fatesOf(timeline.moments, cluster.aws.requests, pods),
      controllerThrottles: throttlesOf(cluster),
    };
  } finally {
    await cluster.close();
  }
}

async function until({ clock }: EmbeddedCluster, isSo: () => boolean): Promise<void> {
  for (const endsAtMs = clock.now() + LONGEST_MS; !isSo(); await clock.sleep(LOOK_MS)) {
    if (clock.now() > endsAtMs) throw new Error(`the target group has not come to rest within ${LONGEST_MS} ms`);
  }
}

/** Rejects where it takes longer than any rollout should: the machine is too slow for the speed, or something is wrong. */
async function within<T>({ clock }: EmbeddedCluster, work: Promise<T>, problem: string): Promise<T> {
  const done = new AbortController();
  const late = clock.sleep(LONGEST_MS, done.signal).then((): never => {
    throw new Error(`${problem} within ${LONGEST_MS} ms; try a lower --speed`);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    late.catch(() => {});
    done.abort();
  }
}

function closing<T extends { close(): Promise<void> }>(what: T): T & AsyncDisposable {
  return Object.assign(what, { [Symbol.asyncDispose]: () => what.close() });
}
