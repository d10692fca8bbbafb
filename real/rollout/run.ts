import { randomUUID } from 'node:crypto';
import { fatesOf } from '../../sim/rollout/fates.ts';
import { type RolloutResult, throttlesOf } from '../../sim/rollout/result.ts';
import { type Circumstances, HEALTHY_AFTER_MS, isAtRest, rollUnderLoad } from '../../sim/rollout/under-load.ts';
import type { AwsSide } from '../aws-side.ts';
import type { RealNamespace } from '../namespace.ts';
import type { RealCluster } from '../use-cluster.ts';
import { webDeployment } from '../workload/web.ts';
import { startWorld, type World } from '../world.ts';
import type { RealHook, RealStrategy } from './arguments.ts';
import { createPatience, type Patience } from './patience.ts';
import { areCalm, inOrder, isRolledOut } from './pods.ts';

export interface RealRolloutOptions extends Circumstances {
  readonly cluster: RealCluster;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** One rolling update under load in real pods, in a namespace of its own. */
export async function runRealRollout(strategy: RealStrategy, options: RealRolloutOptions): Promise<RolloutResult> {
  const name = `${strategy.name}-${randomUUID().slice(0, 5)}`;
  const world = await startWorld({
    ...options.cluster,
    lagMs: options.lagMs,
    isWatched: (namespace) => namespace.startsWith(name),
    // Nobody knows the addresses of a foreign cluster's pods beforehand.
    ...(options.cluster.ownNode ? {} : { isReachable: () => true }),
  });
  try {
    return { strategy: strategy.name, title: strategy.title, ...(await roll(world, name, strategy.hook, options)) };
  } finally {
    await world.close();
  }
}

async function roll(
  world: World,
  name: string,
  hook: RealHook,
  options: RealRolloutOptions,
): Promise<Omit<RolloutResult, 'strategy' | 'title'>> {
  const { loadBalancer, replicas, signal } = options;
  const { aws } = world;
  const patience = createPatience(aws.clock, signal);
  const shop = await world.namespace(name);
  const group = await shop.addTargetGroup('web', { group: { loadBalancer, healthyAfterMs: HEALTHY_AFTER_MS } });
  await deploy(shop, hook, options);
  await patience.until('every pod gets requests', () => aws.elbv2.routable(group.arn).length === replicas);
  if (hook.kind === 'drain-wait') await patience.until('every sidecar is calm', () => areCalm(aws, shop.pods()));
  const { url } = await aws.startBalancer(group.arn);
  const seen = await rollUnderLoad({
    ...options,
    aws,
    clock: aws.clock,
    timeline: aws.timeline,
    url,
    rollOut: () => rollOut(aws, shop, replicas, patience),
    rest: () => patience.until('no deleted pod is routed to', () => isAtRest(aws.timeline)),
  });
  return {
    ...seen,
    pods: fatesOf(aws.timeline.moments, aws.aws.requests, identities(aws)).map(inOrder),
    controllerThrottles: throttlesOf(aws),
  };
}

async function deploy(
  shop: RealNamespace,
  hook: RealHook,
  { replicas, gracePeriodSeconds }: Circumstances,
): Promise<void> {
  switch (hook.kind) {
    case 'none':
      return await shop.apply([webDeployment({ replicas, gracePeriodSeconds })]);
    case 'sleep': {
      const preStop = { sleep: { seconds: hook.seconds } };
      return await shop.apply([webDeployment({ replicas, gracePeriodSeconds, preStop })]);
    }
    case 'drain-wait':
      return await shop.applyProtected(webDeployment({ replicas }), { gracePeriodSeconds });
    default:
      return hook satisfies never;
  }
}

async function rollOut(aws: AwsSide, shop: RealNamespace, replicas: number, patience: Patience): Promise<void> {
  const old = shop.pods();
  await shop.kubectl(['rollout', 'restart', 'deployment/web']);
  await patience.until('every pod is a new one', () => isRolledOut(aws, old, shop.pods(), replicas));
}

/** Every pod signs its calls with its name. */
function identities({ timeline }: AwsSide): Parameters<typeof fatesOf>[2] {
  return {
    accessKeyOf: (pod) => pod,
    reasonOf(pod) {
      const released = timeline.moments.find(({ what, fields }) => what === 'hold released' && fields['pod'] === pod);
      return released === undefined ? undefined : String(released.fields['reason']);
    },
  };
}
