import type { Binding, BindingApiGroup, EndpointSlice, Service, UnreadBinding } from '../core/ports.ts';
import { canonicalIp, type LoadBalancerKind } from '../core/target.ts';
import { type Fields, fieldsOf, itemsOf, objectsOf, required, textOf, wholeNumberOf } from './shape.ts';

const SERVICE_NAME_LABEL = 'kubernetes.io/service-name';

/**
 * Throws a RangeError that names the field that is not as it should be. Undefined where the slice has names and no addresses, which no
 * load balancer has for targets.
 */
export function toEndpointSlice(object: unknown): EndpointSlice | undefined {
  const slice = fieldsOf(required(object, 'object'), 'object');
  const family = FAMILIES.get(slice['addressType']);
  if (slice['addressType'] === 'FQDN') return undefined;
  const labels = fieldsOf(fieldsOf(slice['metadata'], 'metadata')['labels'], 'metadata.labels');
  return {
    service: textOf(labels[SERVICE_NAME_LABEL], `metadata.labels.${SERVICE_NAME_LABEL}`) ?? '',
    family: required(family, 'addressType that is IPv4, IPv6 or FQDN'),
    endpoints: objectsOf(slice['endpoints'], 'endpoints').map(toEndpoint),
    // A port without a number means "all ports", which no load balancer targets.
    ports: objectsOf(slice['ports'], 'ports').flatMap((each) => {
      const port = wholeNumberOf(each['port'], 'ports.port');
      return port === undefined ? [] : [{ name: textOf(each['name'], 'ports.name') ?? '', port }];
    }),
  };
}

const FAMILIES: ReadonlyMap<unknown, EndpointSlice['family']> = new Map([
  ['IPv4', 'ipv4'],
  ['IPv6', 'ipv6'],
]);

function toEndpoint({ addresses, conditions, targetRef }: Fields): EndpointSlice['endpoints'][number] {
  const ref = fieldsOf(targetRef, 'endpoints.targetRef');
  const name = textOf(ref['name'], 'endpoints.targetRef.name');
  return {
    pod:
      ref['kind'] === 'Pod' && name !== undefined
        ? { name, uid: textOf(ref['uid'], 'endpoints.targetRef.uid') }
        : undefined,
    // Each has at least one: without them nobody can tell whose it is.
    addresses: itemsOf(required(addresses, 'endpoints.addresses'), 'endpoints.addresses').map((address) =>
      canonicalIp(required(textOf(address, 'endpoints.addresses'), 'endpoints.addresses')),
    ),
    terminating: fieldsOf(conditions, 'endpoints.conditions')['terminating'] === true,
  };
}

/** Throws like `toEndpointSlice`. */
export function toService(object: unknown): Service {
  const spec = fieldsOf(required(fieldsOf(object, 'object')['spec'], 'spec'), 'spec');
  return {
    ports: objectsOf(spec['ports'], 'spec.ports').map(({ name, port }) => ({
      name: textOf(name, 'spec.ports.name') ?? '',
      port: required(wholeNumberOf(port, 'spec.ports.port'), 'spec.ports.port'),
    })),
    publishesNotReady: spec['publishNotReadyAddresses'] === true,
  };
}

/** Whether a Service can have this name, and a label this value (apimachinery: IsValidLabelValue). */
export function canName(service: string): boolean {
  return /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/.test(service);
}

/** Label selector for the slices of these Services. */
export function slicesOf(services: readonly string[]): string {
  return `${SERVICE_NAME_LABEL} in (${services.join(',')})`;
}

/** Its CRD validates: one that cannot be read is of a newer shape. Nobody may take it for none, and it must not hide the others. */
export function toBinding(object: unknown, apiGroup: BindingApiGroup): Binding | UnreadBinding {
  let whose = '';
  try {
    const { metadata, spec } = fieldsOf(required(object, 'object'), 'object');
    const name = required(textOf(fieldsOf(metadata, 'metadata')['name'], 'metadata.name'), 'metadata.name');
    whose = `${name}: `;
    return { name, apiGroup, ...readSpec(fieldsOf(spec, 'spec')) };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { unread: whose + error.message };
  }
}

function readSpec(spec: Fields): Omit<Binding, 'name' | 'apiGroup'> {
  const field = (name: string) => filled(textOf(spec[name], `spec.${name}`));
  const arn = field('targetGroupARN');
  const groupName = field('targetGroupName');
  if (arn === undefined) required(groupName, 'spec.targetGroupARN and no spec.targetGroupName');
  const role = field('iamRoleArnToAssume');
  const service = fieldsOf(spec['serviceRef'], 'spec.serviceRef');
  return {
    // The controller fills it in from the target group; until then it is not known to be of another type.
    targetType: field('targetType') ?? 'ip',
    group: {
      arn,
      name: groupName,
      loadBalancer: loadBalancerOf(field('targetGroupProtocol')),
      role: role === undefined ? undefined : { arn: role, externalId: field('assumeRoleExternalId') },
    },
    family: field('ipAddressType') === 'ipv6' ? 'ipv6' : 'ipv4',
    service: {
      name: required(filled(textOf(service['name'], 'spec.serviceRef.name')), 'spec.serviceRef.name'),
      port: required(portOf(service['port']), 'spec.serviceRef.port'),
    },
  };
}

/** The number or the name of a port. */
function portOf(value: unknown): number | string | undefined {
  return typeof value === 'number'
    ? wholeNumberOf(value, 'spec.serviceRef.port')
    : filled(textOf(value, 'spec.serviceRef.port'));
}

function loadBalancerOf(protocol: string | undefined): LoadBalancerKind | undefined {
  if (protocol === undefined) return undefined;
  return protocol === 'HTTP' || protocol === 'HTTPS' ? 'alb' : 'nlb';
}

function filled(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
