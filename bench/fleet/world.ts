import { createReconciler, type Reconciler } from '../../sim/controller/reconciler.ts';
import type { Timeline } from '../../sim/timeline.ts';
import { type VirtualClock, virtualClock } from '../../sim/virtual-clock.ts';
import type { Binding, Cluster, LoadBalancers } from '../../src/core/ports.ts';
import { seededRandom } from '../random.ts';
import { type AwsCall, createAws, createLoadBalancers, describeTarget } from './aws.ts';
import { createKubernetes } from './kubernetes.ts';
import { drawPods, type FleetPod, PORT } from './pod.ts';
import type { Scenario } from './scenario.ts';

/** Between SIGTERM and the end of the application. */
const SHUTDOWN_MS = 1_000;
/** From the pods' registration to the first deletion: all are healthy, and the controller knows. */
const WARM_UP_MS = 60_000;

/** A fleet in virtual time: real target groups, token bucket and controller, and for each pod the ports that the core takes. */
export interface FleetWorld {
  readonly clock: VirtualClock;
  readonly pods: readonly FleetPod[];
  /** Describe* calls, of the pods and of the controller. */
  readonly podCalls: readonly AwsCall[];
  readonly controllerCalls: readonly AwsCall[];
  readonly cluster: Cluster;
  bindingOf(pod: FleetPod): Binding;
  loadBalancersFor(pod: FleetPod): LoadBalancers;
  /** See describeTarget. */
  describe(pod: FleetPod): Promise<'registered' | 'draining' | 'gone'>;
}

export interface FleetOptions {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly gracePeriodMs: number;
  /** Holds SIGTERM of one pod back; resolves with the reason for letting it go. The signal is aborted at SIGTERM. */
  readonly hold: (pod: FleetPod, world: FleetWorld, signal: AbortSignal) => Promise<string>;
}

/** Plays the end of the whole fleet. */
export async function playFleet({ scenario, seed, gracePeriodMs, hold }: FleetOptions): Promise<FleetWorld> {
  const clock = virtualClock();
  const atMs = () => clock.now() - WARM_UP_MS;
  const pods = drawPods(scenario, seed);
  const { timeline, allStopped } = observer(pods, atMs);
  const aws = createAws({ clock, timeline, scenario, atMs });
  const reconciler = createReconciler({
    clock,
    random: seededRandom(seed + 1),
    timeline,
    elbv2: aws.controllerCaller,
  });
  const bindings = aws.arns.map((arn, group) => bindingOf(arn, group, scenario));
  const kubernetes = createKubernetes({ clock, pods, bindings, gracePeriodMs });
  const arnOf = ({ group }: FleetPod) => known(aws.arns[group]);
  const world: FleetWorld = {
    clock,
    pods,
    podCalls: aws.podCalls,
    controllerCalls: aws.controllerCalls,
    cluster: kubernetes.cluster,
    bindingOf: ({ group }) => known(bindings[group]),
    loadBalancersFor: (pod) => createLoadBalancers(aws.podCaller, pod),
    describe: (pod) => describeTarget(pod, arnOf(pod), aws.podCaller),
  };

  async function end(pod: FleetPod): Promise<void> {
    await clock.sleep(WARM_UP_MS + pod.deletedAtMs - clock.now());
    pod.terminating = true;
    void leaveTargetGroup(pod, arnOf(pod), clock, reconciler);
    await clock.sleep(pod.hookDelayMs);
    const sigterm = new AbortController();
    const graceOver = clock.sleep(gracePeriodMs, sigterm.signal).then(() => 'grace-over');
    pod.reason = await Promise.race([hold(pod, world, sigterm.signal), graceOver]);
    sigterm.abort();
    pod.sigtermAtMs = atMs();
    await clock.sleep(SHUTDOWN_MS);
    kubernetes.remove(pod);
  }

  const wantAgain = (some: readonly FleetPod[]) => {
    for (const pod of some) reconciler.want(targetOf(pod, arnOf(pod)));
  };
  wantAgain(pods);
  await clock.advance(WARM_UP_MS / 2);
  // A second look, as every change in the cluster causes one, tells the controller that its targets are healthy.
  wantAgain(pods.slice(0, scenario.groups));
  await clock.advance(WARM_UP_MS / 2);
  aws.controllerCalls.length = 0;
  await clock.run(Promise.all([allStopped, ...pods.map(end)]));
  reconciler.close();
  aws.elbv2.close();
  return world;
}

/** Writes down when each pod was deregistered and when the load balancer stopped; resolves when it has for all of them. */
function observer(pods: readonly FleetPod[], atMs: () => number) {
  const byIp = new Map(pods.map((pod) => [pod.ip, pod]));
  const { promise: allStopped, resolve } = Promise.withResolvers<void>();
  let routed = pods.length;
  const timeline: Timeline = {
    moments: [],
    onMoment: () => () => {},
    record(_, what, { ip, state } = {}) {
      const pod = byIp.get(String(ip));
      if (pod === undefined) return;
      if (what === 'target state' && state === 'draining') pod.deregisteredAtMs = atMs();
      if (what !== 'stops routing') return;
      pod.routedUntilMs = atMs();
      routed -= 1;
      if (routed === 0) resolve();
    },
  };
  return { timeline, allStopped };
}

function bindingOf(arn: string, group: number, { loadBalancer }: Scenario): Binding {
  const name = `web-${group}`;
  return {
    name,
    apiGroup: 'elbv2.k8s.aws',
    targetType: 'ip',
    group: { arn, name: undefined, loadBalancer, role: undefined },
    family: 'ipv4',
    service: { name, port: 'http' },
  };
}

async function leaveTargetGroup(
  pod: FleetPod,
  arn: string,
  clock: VirtualClock,
  reconciler: Reconciler,
): Promise<void> {
  await clock.sleep(pod.lagMs);
  reconciler.unwant(targetOf(pod, arn));
}

function targetOf({ ip, name }: FleetPod, targetGroup: string) {
  return { targetGroup, ip, port: PORT, pod: name };
}

/** Every pod is in a group that there is. */
function known<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a pod is in a group that does not exist');
  return value;
}
