import type {
  Binding,
  EndpointSlice,
  OwnPod,
  Service,
  TargetGroupDescription,
  TargetHealthAnswer,
  UnreadBinding,
} from '../../src/core/ports.ts';

/** What the core counts on, field by field: whether something from an adapter is really of the type that it has. */
type Test = (value: unknown) => boolean;

const isText: Test = (value) => typeof value === 'string';
const isFilled: Test = (value) => typeof value === 'string' && value !== '';
const isWhole: Test = (value) => Number.isSafeInteger(value);
const isBoolean: Test = (value) => typeof value === 'boolean';
const absentOr =
  (test: Test): Test =>
  (value) =>
    value === undefined || test(value);
const oneOf =
  (...values: readonly unknown[]): Test =>
  (value) =>
    values.includes(value);
const listOf =
  (test: Test): Test =>
  (value) =>
    Array.isArray(value) && value.every(test);

function objectOf<T>(tests: { readonly [Name in keyof Required<T>]: Test }): Test {
  return (value) =>
    typeof value === 'object' &&
    value !== null &&
    Object.keys(value).every((name) => Object.hasOwn(tests, name)) &&
    Object.entries<Test>(tests).every(([name, test]) => test((value as Record<string, unknown>)[name]));
}

const isPort = objectOf<Service['ports'][number]>({ name: isText, port: isWhole });

export const isPod = objectOf<OwnPod>({
  uid: isText,
  ips: listOf(isText),
  annotations: (value) => typeof value === 'object' && value !== null && Object.values(value).every(isText),
  readinessGates: listOf(isText),
  terminating: isBoolean,
  gracePeriodMs: (value) => Number.isFinite(value),
  neverReady: isBoolean,
  sidecar: oneOf('native', 'classic', undefined),
  containers: listOf(
    objectOf<OwnPod['containers'][number]>({
      name: isText,
      isSidecar: isBoolean,
      preStop: (value) => oneOf('none', 'sleep', 'other', 'http', 'exec')((value as { readonly kind: unknown }).kind),
    }),
  ),
});

export const isService = objectOf<Service>({ ports: listOf(isPort), publishesNotReady: isBoolean });

export const isSlice = objectOf<EndpointSlice>({
  service: isText,
  family: oneOf('ipv4', 'ipv6'),
  endpoints: listOf(
    objectOf<EndpointSlice['endpoints'][number]>({
      pod: absentOr(objectOf<{ readonly name: string; readonly uid: string }>({ name: isText, uid: absentOr(isText) })),
      addresses: listOf(isText),
      terminating: isBoolean,
    }),
  ),
  ports: listOf(isPort),
});

export const isBinding = objectOf<Binding>({
  name: isText,
  apiGroup: oneOf('elbv2.k8s.aws', 'eks.amazonaws.com'),
  targetType: isFilled,
  group: objectOf<Binding['group']>({
    arn: absentOr(isFilled),
    name: absentOr(isFilled),
    loadBalancer: oneOf('alb', 'nlb', undefined),
    role: absentOr(objectOf<NonNullable<Binding['group']['role']>>({ arn: isFilled, externalId: absentOr(isFilled) })),
  }),
  family: oneOf('ipv4', 'ipv6'),
  service: objectOf<Binding['service']>({ name: isFilled, port: (value) => isWhole(value) || isFilled(value) }),
});

export const isUnreadBinding = objectOf<UnreadBinding>({ unread: isFilled });

const isTargets = objectOf<Extract<TargetHealthAnswer, { readonly kind: 'targets' }>>({
  kind: oneOf('targets'),
  targets: listOf(
    objectOf<{ readonly ip: 0; readonly port: 0; readonly state: 0; readonly reason: 0 }>({
      ip: isText,
      port: isWhole,
      state: isText,
      reason: absentOr(isText),
    }),
  ),
});

export const isHealth: Test = (value) =>
  isTargets(value) || objectOf<{ readonly kind: 0 }>({ kind: oneOf('invalid-target', 'no-such-group') })(value);

export const isDescription = objectOf<TargetGroupDescription>({
  arn: isText,
  loadBalancer: oneOf('alb', 'nlb', undefined),
  family: oneOf('ipv4', 'ipv6', undefined),
});
