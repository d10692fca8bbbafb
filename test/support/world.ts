import { type VirtualClock, virtualClock } from '../../sim/virtual-clock.ts';
import { ApiError, type ApiErrorKind } from '../../src/core/errors.ts';
import { startHold } from '../../src/core/hold.ts';
import type { HoldEvent } from '../../src/core/journal.ts';
import type { HoldPolicy } from '../../src/core/policy.ts';
import type {
  Binding,
  BindingApiGroup,
  EndpointSlice,
  OwnPod,
  PodRef,
  Service,
  TargetHealth,
  TargetHealthAnswer,
  UnreadBinding,
} from '../../src/core/ports.ts';
import type { HoldPorts, HoldRequest } from '../../src/core/request.ts';

export const ALB_ARN =
  'arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/k8s-shop-web-alb/0123456789abcdef';
export const NLB_ARN =
  'arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/k8s-shop-web-nlb/fedcba9876543210';

export const POD: PodRef = { namespace: 'shop', name: 'web-1', uid: 'uid-1', ips: ['10.1.0.7'] };

export const POLICY: HoldPolicy = {
  until: 'draining',
  settleMs: { alb: 20_000, nlb: 120_000 },
  minHoldMs: 5_000,
  reserveMs: 10_000,
  gracePeriodMs: 30_000,
  fallbackHoldMs: 35_000,
  onRestart: 'release',
  targetGroups: [],
  apiRate: 5,
  observe: false,
  disabled: undefined,
};

export function ownPod(overrides: Partial<OwnPod> = {}): OwnPod {
  return {
    uid: 'uid-1',
    ips: ['10.1.0.7'],
    annotations: {},
    readinessGates: [],
    terminating: true,
    gracePeriodMs: 300_000,
    neverReady: false,
    sidecar: 'native',
    containers: [{ name: 'app', isSidecar: false, preStop: { kind: 'http', path: '/prestop', port: 9787 } }],
    ...overrides,
  };
}

export function binding(overrides: Partial<Binding> & { readonly arn?: string } = {}): Binding {
  const { arn = ALB_ARN, ...rest } = overrides;
  return {
    name: 'web',
    apiGroup: 'elbv2.k8s.aws',
    targetType: 'ip',
    group: { arn, name: undefined, loadBalancer: arn === NLB_ARN ? 'nlb' : 'alb', role: undefined },
    family: 'ipv4',
    service: { name: 'web', port: 'http' },
    ...rest,
  };
}

export function slice(overrides: Partial<EndpointSlice> = {}): EndpointSlice {
  return {
    service: 'web',
    family: 'ipv4',
    endpoints: [{ pod: { name: 'web-1', uid: 'uid-1' }, addresses: ['10.1.0.7'], terminating: true }],
    ports: [{ name: 'http', port: 8080 }],
    ...overrides,
  };
}

export function health(state: string, overrides: Partial<TargetHealth> = {}): TargetHealth {
  const [name = state, reason] = state.split('/');
  return { ip: '10.1.0.7', port: 8080, state: name, reason, ...overrides };
}

export function failure(kind: ApiErrorKind): ApiError {
  return new ApiError(kind, 'test', kind);
}

/** One call that the hold made, with the time since the world began. */
export interface Call {
  readonly operation:
    | 'readPod'
    | 'listBindings'
    | 'listEndpointSlices'
    | 'readService'
    | 'describeTargetHealth'
    | 'describeTargetGroup';
  readonly atMs: number;
  readonly about?: string;
}

type Answer<T> = T | Error | 'hang';

/** Answers of the outer world. Each may be a value, an error, or a function of the time in ms. */
export interface World {
  pod: (atMs: number) => Answer<OwnPod>;
  bindings: (atMs: number, apiGroup: BindingApiGroup) => Answer<readonly (Binding | UnreadBinding)[]>;
  slices: (atMs: number) => Answer<readonly EndpointSlice[]>;
  service: (atMs: number) => Answer<Service>;
  /** The targets that a group has; with a filter the world answers like ELBv2. */
  targets: (atMs: number, arn: string) => Answer<readonly TargetHealth[] | TargetHealthAnswer>;
  group: (
    atMs: number,
  ) => Answer<{ arn: string; loadBalancer: 'alb' | 'nlb' | undefined; family: 'ipv4' | 'ipv6' | undefined }>;
}

export interface TestWorld {
  readonly clock: VirtualClock;
  readonly ports: HoldPorts;
  readonly calls: readonly Call[];
  readonly events: readonly HoldEvent[];
  readonly hold: (request?: Partial<HoldRequest>) => ReturnType<typeof startHold>;
}

/** A pod in one ALB target group, being deleted, unless `overrides` say otherwise. */
export function testWorld(overrides: Partial<World> = {}, random: () => number = () => 0.5): TestWorld {
  const world: World = {
    pod: () => ownPod(),
    bindings: (_, apiGroup) => (apiGroup === 'elbv2.k8s.aws' ? [binding()] : []),
    slices: () => [slice()],
    service: () => ({ ports: [{ name: 'http', port: 80 }], publishesNotReady: false }),
    targets: (atMs) => [health(atMs < 3_000 ? 'healthy' : 'draining/Target.DeregistrationInProgress')],
    group: () => ({ arn: ALB_ARN, loadBalancer: 'alb', family: 'ipv4' }),
    ...overrides,
  };
  const clock = virtualClock();
  const calls: Call[] = [];
  const events: HoldEvent[] = [];

  async function answer<T>(
    operation: Call['operation'],
    make: (atMs: number) => Answer<T>,
    about?: string,
  ): Promise<T> {
    const atMs = clock.now();
    calls.push({ operation, atMs, ...(about === undefined ? {} : { about }) });
    const given = make(atMs);
    if (given === 'hang') {
      await clock.sleep(5_000);
      throw failure('unreachable');
    }
    if (given instanceof Error) throw given;
    return given as T;
  }

  const ports: HoldPorts = {
    clock,
    random,
    journal: (event) => events.push(event),
    cluster: {
      readPod: () => answer('readPod', world.pod),
      listBindings: (apiGroup) => answer('listBindings', (atMs) => world.bindings(atMs, apiGroup), apiGroup),
      listEndpointSlices: () => answer('listEndpointSlices', world.slices),
      readService: () => answer('readService', world.service),
    },
    loadBalancers: {
      describeTargetGroup: () => answer('describeTargetGroup', world.group),
      async describeTargetHealth({ arn }, addresses) {
        const about = addresses === 'all' ? 'all' : addresses.map(({ port }) => port).join();
        const given = await answer('describeTargetHealth', (atMs) => world.targets(atMs, arn), about);
        if ('kind' in given) return given;
        if (addresses === 'all') return { kind: 'targets', targets: given };
        return {
          kind: 'targets',
          targets: addresses.map(
            ({ ip, port }) =>
              given.find((target) => target.ip === ip && target.port === port) ??
              health('unused/Target.NotRegistered', { ip, port }),
          ),
        };
      },
    },
  };
  return {
    clock,
    ports,
    calls,
    events,
    hold: (request = {}) =>
      startHold(
        {
          pod: POD,
          policy: POLICY,
          arrivedAtMs: clock.now(),
          origin: 'node',
          known: { pod: undefined, groups: [] },
          ...request,
        },
        ports,
      ),
  };
}
