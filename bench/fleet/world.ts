import { AwsError } from '../../sim/aws/aws-error.ts';
import { createElbv2, type Elbv2 } from '../../sim/aws/elbv2.ts';
import { createElbv2Caller, type Elbv2Caller } from '../../sim/aws/elbv2-caller.ts';
import { isThrottling } from '../../sim/aws/refusal.ts';
import { createTokenBucket } from '../../sim/aws/token-bucket.ts';
import { createReconciler, type Reconciler } from '../../sim/controller/reconciler.ts';
import type { Timeline } from '../../sim/timeline.ts';
import { type VirtualClock, virtualClock } from '../../sim/virtual-clock.ts';
import { ApiError } from '../../src/core/errors.ts';
import type { Binding, Cluster, EndpointSlice, LoadBalancers, OwnPod } from '../../src/core/ports.ts';
import { seededRandom } from '../random.ts';
import { drawHookDelayMs, drawLagMs, type Scenario } from './scenario.ts';

const AWS_LATENCY_MS = 30;
const KUBERNETES_LATENCY_MS = 10;
const PORT = 8080;
/** Between SIGTERM and the end of the application. */
const SHUTDOWN_MS = 1_000;
/** From the pods' registration to the first deletion: all are healthy, and the controller knows. */
const WARM_UP_MS = 60_000;

/** One pod of the fleet, what was drawn for it and what became of it. Times are ms after the first deletion. */
export interface FleetPod {
  readonly name: string;
  readonly ip: string;
  readonly group: number;
  readonly deletedAtMs: number;
  /** From the deletion until the controller begins to act on it. */
  readonly lagMs: number;
  readonly hookDelayMs: number;
  terminating: boolean;
  deregisteredAtMs: number;
  routedUntilMs: number;
  sigtermAtMs: number;
  reason: string;
  calls: number;
}

export interface AwsCall {
  readonly atMs: number;
  readonly throttled: boolean;
}

/** A fleet in virtual time: real target groups, token bucket and controller, and for each pod the ports that the core takes. */
export interface FleetWorld {
  readonly clock: VirtualClock;
  readonly scenario: Scenario;
  readonly gracePeriodMs: number;
  readonly pods: readonly FleetPod[];
  /** Describe* calls, of the pods and of the controller. */
  readonly podCalls: readonly AwsCall[];
  readonly controllerCalls: readonly AwsCall[];
  readonly cluster: Cluster;
  loadBalancers(pod: FleetPod): LoadBalancers;
  /** Whether the target still is what it was before its end, already draining, or gone. Rejects with an AwsError. */
  describe(pod: FleetPod): Promise<'registered' | 'draining' | 'gone'>;
  binding(group: number): Binding;
}

export interface FleetOptions {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly gracePeriodMs: number;
  /** Holds SIGTERM of one pod back; resolves with the reason for letting it go. */
  readonly hold: (pod: FleetPod, world: FleetWorld) => Promise<string>;
}

/** Plays the end of the whole fleet. */
export async function playFleet({ scenario, seed, gracePeriodMs, hold }: FleetOptions): Promise<FleetWorld> {
  const clock = virtualClock();
  const pods = drawPods(scenario, seed);
  const byIp = new Map(pods.map((pod) => [pod.ip, pod]));
  const atMs = () => clock.now() - WARM_UP_MS;
  const { promise: allStopped, resolve: stopped } = Promise.withResolvers<void>();
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
      if (routed === 0) stopped();
    },
  };
  const elbv2 = createElbv2({ clock, timeline });
  const arns = Array.from({ length: scenario.groups }, (_, group) => createGroup(elbv2, group, scenario));
  const bucket = createTokenBucket({ clock, ...scenario.bucket });
  const podCalls: AwsCall[] = [];
  const controllerCalls: AwsCall[] = [];
  const callerInto = (calls: AwsCall[]) =>
    createElbv2Caller({
      elbv2,
      clock,
      bucket,
      latencyMs: AWS_LATENCY_MS,
      onCall: ({ action, throttled }) => {
        if (action.startsWith('Describe')) calls.push({ atMs: atMs(), throttled });
      },
    });
  const podCaller = callerInto(podCalls);
  const reconciler = createReconciler({
    clock,
    random: seededRandom(seed + 1),
    timeline,
    elbv2: callerInto(controllerCalls),
  });

  const binding = (group: number): Binding => ({
    name: `web-${group}`,
    apiGroup: 'elbv2.k8s.aws',
    targetType: 'ip',
    group: { arn: arns[group], name: undefined, loadBalancer: scenario.loadBalancer, role: undefined },
    family: 'ipv4',
    service: { name: `web-${group}`, port: 'http' },
  });
  const slices = createSlices(pods, scenario.groups);
  const world: FleetWorld = {
    clock,
    scenario,
    gracePeriodMs,
    pods,
    podCalls,
    controllerCalls,
    binding,
    cluster: createCluster(
      clock,
      pods,
      slices,
      gracePeriodMs,
      Array.from(arns, (_, group) => binding(group)),
    ),
    loadBalancers: (pod) => createLoadBalancers(podCaller, pod),
    async describe(pod) {
      pod.calls += 1;
      const [found] = await podCaller.describeTargetHealth(arns[pod.group] ?? '', [{ id: pod.ip, port: PORT }]);
      if (found?.health.state === 'draining') return 'draining';
      return found?.health.state === 'unused' ? 'gone' : 'registered';
    },
  };

  async function end(pod: FleetPod): Promise<void> {
    await clock.sleep(WARM_UP_MS + pod.deletedAtMs - clock.now());
    pod.terminating = true;
    void leaveTargetGroup(pod, arns[pod.group] ?? '', clock, reconciler);
    await clock.sleep(pod.hookDelayMs);
    const graceOver = clock.sleep(gracePeriodMs).then(() => 'grace-over');
    pod.reason = await Promise.race([hold(pod, world), graceOver]);
    pod.sigtermAtMs = atMs();
    await clock.sleep(SHUTDOWN_MS);
    slices.remove(pod);
  }

  for (const pod of pods) reconciler.want(targetOf(pod, arns[pod.group] ?? ''));
  await clock.advance(WARM_UP_MS / 2);
  // A second look, as every change in the cluster causes one, tells the controller that its targets are healthy.
  for (const pod of pods.slice(0, scenario.groups)) reconciler.want(targetOf(pod, arns[pod.group] ?? ''));
  await clock.advance(WARM_UP_MS / 2);
  controllerCalls.length = 0;
  await clock.run(Promise.all([allStopped, ...pods.map(end)]));
  reconciler.close();
  elbv2.close();
  return world;
}

function drawPods({ pods, groups, lag, withinMs }: Scenario, seed: number): readonly FleetPod[] {
  const random = seededRandom(seed);
  return Array.from({ length: pods }, (_, index) => ({
    name: `web-${index % groups}-${index}`,
    ip: `10.${1 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`,
    group: index % groups,
    deletedAtMs: (withinMs * index) / pods,
    lagMs: drawLagMs(lag, random),
    hookDelayMs: drawHookDelayMs(random),
    terminating: false,
    deregisteredAtMs: Number.NaN,
    routedUntilMs: Number.NaN,
    sigtermAtMs: Number.NaN,
    reason: '',
    calls: 0,
  }));
}

function createGroup(elbv2: Elbv2, group: number, { loadBalancer }: Scenario): string {
  return elbv2.createTargetGroup({ name: `web-${group}`, loadBalancer }).arn;
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

/** The EndpointSlices of each Service: pods that have ended drop out, and all others tell whether they are terminating. */
function createSlices(pods: readonly FleetPod[], groups: number) {
  const listed = Array.from({ length: groups }, (_, group) =>
    pods
      .filter((pod) => pod.group === group)
      .map((pod) => ({
        pod: { name: pod.name, uid: pod.name },
        addresses: [pod.ip],
        get terminating() {
          return pod.terminating;
        },
      })),
  );
  return {
    of: (services: readonly string[]): readonly EndpointSlice[] =>
      services.map((service) => ({
        service,
        family: 'ipv4',
        endpoints: listed[Number(service.slice('web-'.length))] ?? [],
        ports: [{ name: 'http', port: PORT }],
      })),
    remove({ group, name }: FleetPod): void {
      const endpoints = listed[group] ?? [];
      endpoints.splice(
        endpoints.findIndex(({ pod }) => pod.name === name),
        1,
      );
    },
  };
}

function createCluster(
  clock: VirtualClock,
  pods: readonly FleetPod[],
  slices: ReturnType<typeof createSlices>,
  gracePeriodMs: number,
  bindings: readonly Binding[],
): Cluster {
  const byName = new Map(pods.map((pod) => [pod.name, pod]));
  const answer = async <T>(value: () => T): Promise<T> => {
    await clock.sleep(KUBERNETES_LATENCY_MS);
    return value();
  };
  return {
    readPod: ({ name }) => answer(() => ownPod(byName.get(name), gracePeriodMs)),
    listBindings: (apiGroup) => answer(() => (apiGroup === 'elbv2.k8s.aws' ? bindings : [])),
    listEndpointSlices: (_, services) => answer(() => slices.of(services)),
    findServicePortName: () => answer(() => 'http'),
  };
}

function ownPod(pod: FleetPod | undefined, gracePeriodMs: number): OwnPod {
  if (pod === undefined) throw new ApiError('not-found', 'get pods', 'no such pod');
  return {
    uid: pod.name,
    ips: [pod.ip],
    annotations: {},
    readinessGates: [],
    terminating: pod.terminating,
    gracePeriodMs,
    neverReady: false,
    sidecar: 'native',
  };
}

/** ELBv2 as the core sees it, with this pod's calls counted. */
function createLoadBalancers(caller: Elbv2Caller, pod: FleetPod): LoadBalancers {
  return {
    async describeTargetHealth({ arn }, addresses) {
      pod.calls += 1;
      const asked = addresses === 'all' ? [] : addresses.map(({ ip, port }) => ({ id: ip, port }));
      try {
        const found = await caller.describeTargetHealth(arn, asked);
        const targets = found.map(({ target, health }) => ({
          ip: target.id,
          port: target.port,
          state: health.state,
          reason: health.reason,
        }));
        return { kind: 'targets', targets };
      } catch (error) {
        throw toApiError(error);
      }
    },
    describeTargetGroup: () => Promise.reject(new Error('the bindings tell all there is to know')),
  };
}

function toApiError(error: unknown): unknown {
  if (!(error instanceof AwsError && isThrottling(error.code))) return error;
  return new ApiError('throttled', 'DescribeTargetHealth', error.message, error);
}
