import { addTargetGroup } from '../add-target-group.ts';
import { type EmbeddedCluster, startCluster } from '../cluster.ts';
import { startAlb } from '../data-plane/alb.ts';
import { startNlb } from '../data-plane/nlb.ts';
import { createDeployment } from '../deployment.ts';
import { startLoad } from '../load/load.ts';
import { fatesOf } from './fates.ts';
import { createRolloutPods } from './pods.ts';
import type { RolloutResult } from './result.ts';
import type { RolloutStrategy } from './strategies.ts';

export interface RolloutOptions {
  readonly loadBalancer: 'alb' | 'nlb';
  /** From a pod's deletion until the controller hears of it. */
  readonly lagMs: number;
  /** For how long, from the start of the rollout on, every DescribeTargetHealth of the account is refused for the rate. */
  readonly throttleMs: number;
  readonly replicas: number;
  /** Requests a second. */
  readonly rate: number;
  readonly gracePeriodSeconds: number;
  readonly deregistrationDelayMs: number;
  /** How many times as fast as the real clock everything goes. */
  readonly speed: number;
  /** The program that is the sidecar drain-wait. */
  readonly entry: string;
}

/** A new target is in use after the first health check that it passes. */
const HEALTHY_AFTER_MS = 5_000;
/** Between the first requests and the rollout, and after the last target has been let go of. */
const CALM_MS = 3_000;
const LOOK_MS = 200;
/** Of simulated time, for one phase. */
const LONGEST_MS = 20 * 60_000;

/** One rolling update under load, on an embedded cluster of its own. */
export async function runRollout(strategy: RolloutStrategy, options: RolloutOptions): Promise<RolloutResult> {
  const { speed, lagMs, rate, throttleMs } = options;
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

    const load = startLoad({ clock, url: balancer.url, ratePerSecond: rate });
    const loadStartedAtMs = clock.now();
    await clock.sleep(CALM_MS);
    const sentBefore = load.sent;
    const startedAtMs = clock.now();
    timeline.record('user', 'starts the rollout');
    if (throttleMs > 0) throttle(cluster, throttleMs);
    await within(cluster, deployment.rollOut(), 'the rollout does not end');
    const durationMs = clock.now() - startedAtMs;
    // Whoever was let go too early is still sent requests.
    await until(cluster, () => count(timeline, 'stops routing') === count(timeline, 'pod deleted'));
    await clock.sleep(CALM_MS);
    const { sent, failures } = await load.stop();
    return {
      strategy: strategy.name,
      title: strategy.title,
      sent: sent - sentBefore,
      failures: failures.map((failure) => ({ ...failure, atMs: failure.atMs + loadStartedAtMs - startedAtMs })),
      pods: fatesOf(timeline.moments, cluster.aws.requests, pods),
      controllerThrottles: cluster.controllerCalls.filter(({ throttled }) => throttled).length,
      durationMs,
    };
  } finally {
    await cluster.close();
  }
}

function count({ moments }: EmbeddedCluster['timeline'], wanted: string): number {
  return moments.filter(({ what }) => what === wanted).length;
}

function throttle({ awsFaults, controllerFaults }: EmbeddedCluster, forMs: number): void {
  const fault = { kind: 'status', status: 400, code: 'Throttling' } as const;
  for (const faults of [awsFaults, controllerFaults]) faults.add({ fault, match: 'DescribeTargetHealth', forMs });
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
