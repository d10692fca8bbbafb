import type {
  V1Container,
  V1DaemonSet,
  V1Deployment,
  V1EndpointSlice,
  V1Namespace,
  V1Node,
  V1Pod,
  V1Service,
} from '@kubernetes/client-node';
import { discoverTargets } from '../../src/core/discover.ts';
import type { ApiErrorKind } from '../../src/core/errors.ts';
import type { Json } from '../../src/core/json.ts';
import type { Cluster, TargetHealthAnswer } from '../../src/core/ports.ts';
import { parseTargetGroups } from '../../src/core/target.ts';
import type {
  BindingObject,
  Facts,
  IdentityFacts,
  Learned,
  PermissionFacts,
  SubjectFacts,
  TargetGroupDetails,
} from '../../src/doctor/facts.ts';
import { toBinding, toEndpointSlice, toService } from '../../src/kubernetes/objects.ts';
import { toOwnPod } from '../../src/kubernetes/own-pod.ts';
import { EVENTS_CREATE, READS } from '../../src/workload/permissions.ts';
import { preStopHook, type SidecarKind, sidecarContainer, tokenVolume } from '../../src/workload/sidecar.ts';

export const ARN = 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/k8s-shop-web-1a2b/0123456789abcdef';

export type Mutable<T> = T extends (infer Item)[] | readonly (infer Item)[]
  ? Mutable<Item>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Mutable<T[Key]> }
    : T;

/** Everything around one pod, to be changed by a test before the facts are made of it. */
export interface World {
  from: Facts['from'];
  lagMs: number;
  version: { major: number; minor: number };
  controller: Learned<Json<V1Deployment> | undefined>;
  bindingGroups: ('elbv2.k8s.aws' | 'eks.amazonaws.com')[];
  pod: Json<V1Pod>;
  spec: NonNullable<Json<V1Pod>['spec']>;
  sidecar: Json<V1Container>;
  app: Json<V1Container>;
  owner: Learned<Json<V1Deployment> | Json<V1DaemonSet> | undefined>;
  namespace: Learned<Json<V1Namespace>>;
  node: Learned<Json<V1Node>>;
  permissions: Mutable<PermissionFacts>[];
  identity: Mutable<IdentityFacts>;
  bindings: Mutable<BindingObject>[];
  services: Json<V1Service>[];
  slices: Json<V1EndpointSlice>[];
  description: Learned<Mutable<TargetGroupDetails>>;
  deregistrationDelayMs: Learned<number>;
  health: Learned<TargetHealthAnswer>;
}

export interface Shape {
  readonly kind?: SidecarKind;
  readonly loadBalancer?: 'alb' | 'nlb';
  readonly from?: Facts['from'];
}

export function known<T>(value: T): Learned<T> {
  return { kind: 'known', value };
}

export function unknown(why: string, because?: ApiErrorKind): { kind: 'unknown'; why: string; because?: ApiErrorKind } {
  return { kind: 'unknown', why, ...(because === undefined ? {} : { because }) };
}

export function health(state: string, { port = 8080, reason }: { port?: number; reason?: string } = {}) {
  return known<TargetHealthAnswer>({ kind: 'targets', targets: [{ ip: '10.1.0.7', port, state, reason }] });
}

function onTheWire<T>(value: T): Json<T> {
  return JSON.parse(JSON.stringify(value));
}

const GATE = 'target-health.elbv2.k8s.aws/web';

/** A pod of a Deployment with everything as the shipped manifests make it, registered and healthy. */
function healthyWorld({ kind = 'native', loadBalancer = 'alb', from = 'outside' }: Shape = {}): World {
  const grace = loadBalancer === 'alb' ? 60 : 160;
  const sidecar = onTheWire(
    sidecarContainer({ kind, image: 'drain-wait', gracePeriodSeconds: grace, port: 9787, settings: {} }),
  );
  const app = {
    name: 'app',
    image: 'app',
    ports: [{ name: 'http', containerPort: 8080 }],
    lifecycle: { preStop: onTheWire(preStopHook(9787)) },
  };
  const spec: World['spec'] = {
    terminationGracePeriodSeconds: grace,
    nodeName: 'node-1',
    serviceAccountName: 'web',
    readinessGates: [{ conditionType: GATE }],
    volumes: [onTheWire(tokenVolume())],
    ...(kind === 'native'
      ? { initContainers: [sidecar], containers: [app] }
      : { initContainers: [], containers: [app, sidecar] }),
  };
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'web-7c9f-1',
      namespace: 'shop',
      uid: 'uid-1',
      labels: { app: 'web', 'pod-template-hash': '7c9f' },
      annotations: {},
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-7c9f', uid: 'rs', controller: true }],
    },
    spec,
    status: {
      phase: 'Running',
      podIP: '10.1.0.7',
      podIPs: [{ ip: '10.1.0.7' }],
      conditions: ['Ready', 'ContainersReady', GATE].map((type) => ({ type, status: 'True' })),
      [kind === 'native' ? 'initContainerStatuses' : 'containerStatuses']: [
        { name: 'drain-wait', ready: true, restartCount: 0, image: 'drain-wait', imageID: '', state: { running: {} } },
      ],
    },
  };
  const owner = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'shop' },
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec },
    },
  };
  const world: World = {
    from,
    lagMs: 20_000,
    version: { major: 1, minor: 36 },
    controller: known(controllerDeployment('v3.5.0')),
    bindingGroups: ['elbv2.k8s.aws'],
    pod,
    spec,
    sidecar,
    app,
    owner: known(owner),
    namespace: known({ metadata: { name: 'shop', labels: { 'elbv2.k8s.aws/pod-readiness-gate-inject': 'enabled' } } }),
    node: known({ metadata: { name: 'node-1' }, status: { conditions: [{ type: 'Ready', status: 'True' }] } }),
    permissions: [...READS, EVENTS_CREATE].map((permission) => ({
      permission,
      allowed: known(true),
      read: from === 'inside' && permission !== EVENTS_CREATE ? known('ok') : unknown('nobody reads that here'),
    })),
    identity: {
      source: 'pod-identity',
      caller: known({ account: '123456789012', arn: 'arn:aws:sts::123456789012:assumed-role/web/eks-shop-web-1' }),
      region: 'eu-west-1',
    },
    bindings: [
      {
        apiVersion: 'elbv2.k8s.aws/v1beta1',
        metadata: { name: 'web', namespace: 'shop' },
        spec: {
          targetGroupARN: ARN,
          targetType: 'ip',
          targetGroupProtocol: loadBalancer === 'alb' ? 'HTTP' : 'TCP',
          ipAddressType: 'ipv4',
          serviceRef: { name: 'web', port: 80 },
        },
      },
    ],
    services: [
      {
        metadata: { name: 'web', namespace: 'shop' },
        spec: { selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
      },
    ],
    slices: [
      {
        metadata: { name: 'web-1', labels: { 'kubernetes.io/service-name': 'web' } },
        addressType: 'IPv4',
        endpoints: [
          { addresses: ['10.1.0.7'], targetRef: { kind: 'Pod', name: 'web-7c9f-1', uid: 'uid-1' }, conditions: {} },
        ],
        ports: [{ name: 'http', port: 8080 }],
      },
    ],
    description: known({
      arn: ARN,
      targetType: 'ip',
      protocol: loadBalancer === 'alb' ? 'HTTP' : 'TCP',
      ipAddressType: 'ipv4',
      loadBalancerArns: [`arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/${loadBalancer}/web/1`],
      loadBalancer,
    }),
    deregistrationDelayMs: known(300_000),
    health: health('healthy'),
  };
  if (from === 'inside') hideFromInside(world);
  return world;
}

/** What the shipped Role and the policy do not show. */
function hideFromInside(world: World): void {
  const why = 'the Role of the pod does not give it; it can be seen from a laptop';
  world.controller = unknown(why, 'denied');
  world.owner = unknown(why, 'denied');
  world.namespace = unknown(why, 'denied');
  world.node = unknown(why, 'denied');
  world.deregistrationDelayMs = unknown('AccessDenied', 'denied');
}

export function controllerDeployment(tag: string, available = 2): Json<V1Deployment> {
  return {
    metadata: { name: 'aws-load-balancer-controller', namespace: 'kube-system' },
    spec: {
      replicas: 2,
      selector: {},
      template: {
        spec: { containers: [{ name: 'c', image: `public.ecr.aws/eks/aws-load-balancer-controller:${tag}` }] },
      },
    },
    status: { availableReplicas: available },
  };
}

/** The facts of a world that a test has changed, with the targets that a hold would really find in it. */
export async function factsOf(shape: Shape = {}, change: (world: World) => void = () => {}): Promise<Facts> {
  const world = healthyWorld(shape);
  change(world);
  return toFacts(world);
}

async function toFacts(world: World): Promise<Facts> {
  const discovery = await discover(world);
  const { from, lagMs, version, controller, bindingGroups } = world;
  const subject: SubjectFacts = {
    pod: world.pod,
    alike: [world.pod.metadata?.name ?? '', 'web-7c9f-2'],
    owner: world.owner as SubjectFacts['owner'],
    namespace: world.namespace,
    node: world.node,
    permissions: world.permissions,
    identity: world.identity,
    bindings: known(world.bindings),
    services: known(world.services),
    slices: known(world.slices),
    discovery: known(discovery),
    targetGroups: discovery.groups.map(({ group, addresses }) => ({
      group,
      addresses,
      description: world.description,
      deregistrationDelayMs: world.deregistrationDelayMs,
      health: world.health,
    })),
  };
  const cluster = { version: known(version), bindingGroups: known(bindingGroups), controller };
  return { from, lagMs, cluster, subjects: [subject] };
}

/** As a hold does it, of the same objects. */
async function discover({ pod, sidecar, bindings, services, slices }: World) {
  const own = pod.spec === undefined ? undefined : toOwnPod(pod);
  const named = sidecar.env?.find(({ name }) => name === 'DRAIN_WAIT_TARGET_GROUPS')?.value ?? '';
  const cluster: Cluster = {
    readPod: () => Promise.reject(new Error('is not asked')),
    listBindings: (group) =>
      Promise.resolve(
        bindings.filter(({ apiVersion }) => apiVersion.startsWith(group)).map((binding) => toBinding(binding, group)),
      ),
    listEndpointSlices: (_, names) =>
      Promise.resolve(
        slices.flatMap((slice) => toEndpointSlice(slice) ?? []).filter(({ service }) => names.includes(service)),
      ),
    readService: (_, name) => {
      const found = services.find(({ metadata }) => metadata?.name === name);
      return found === undefined ? Promise.reject(new Error(`no Service ${name}`)) : Promise.resolve(toService(found));
    },
  };
  const ref = { namespace: 'shop', name: pod.metadata?.name ?? '', uid: 'uid-1', ips: ['10.1.0.7'] };
  return discoverTargets(ref, own, parseTargetGroups(named), cluster, new AbortController().signal);
}
