import type { Elbv2 } from './aws/elbv2.ts';
import { accountOf, defaultAccount, type TargetGroup } from './aws/target-group.ts';
import {
  type EndpointSlice,
  type KubernetesObject,
  SERVICE_NAME_LABEL,
  type Service,
  type TargetGroupBinding,
} from './kubernetes/objects.ts';
import type { Store } from './kubernetes/store.ts';

/** A target that should be registered, and the pod behind it. */
export interface WantedTarget {
  readonly targetGroup: string;
  readonly ip: string;
  readonly port: number;
  readonly pod: string;
}

/**
 * The targets that all TargetGroupBindings of type `ip` ask for: the ready addresses of the group's family in the
 * Service's slices, with the slice port that has the Service port's name. Ready, so that a terminating pod drops out,
 * except behind a Service with `publishNotReadyAddresses`, as seen with the real controller.
 */
export function wantedTargets(store: Store, elbv2: Elbv2): readonly WantedTarget[] {
  const services = store.list('Service');
  const slices = store.list('EndpointSlice');
  const groups = elbv2.targetGroups();
  return store.list('TargetGroupBinding').flatMap((binding) => {
    const group = groups.find((one) => isBoundTo(binding, one));
    const service = services.find((one) => isIn(binding, one) && one.metadata.name === binding.spec.serviceRef.name);
    if (group === undefined || service === undefined) return [];
    if ((binding.spec.targetType ?? group.targetType) !== 'ip') return [];
    return slices
      .filter((slice) => isIn(service, slice) && slice.metadata.labels[SERVICE_NAME_LABEL] === service.metadata.name)
      .flatMap((slice) => targetsIn(slice, binding, service).map((target) => ({ targetGroup: group.arn, ...target })));
  });
}

function isBoundTo({ spec }: TargetGroupBinding, group: TargetGroup): boolean {
  if (spec.targetGroupARN !== undefined) return spec.targetGroupARN === group.arn;
  const role = spec.iamRoleArnToAssume;
  return (
    group.name === spec.targetGroupName && group.account === (role === undefined ? defaultAccount : accountOf(role))
  );
}

function isIn(one: KubernetesObject, other: KubernetesObject): boolean {
  return one.metadata.namespace === other.metadata.namespace;
}

function targetsIn(
  slice: EndpointSlice,
  { spec }: TargetGroupBinding,
  service: Service,
): readonly Omit<WantedTarget, 'targetGroup'>[] {
  const { port: asked } = spec.serviceRef;
  const servicePort = service.spec.ports.find(({ name, port }) => asked === name || asked === port);
  const slicePort = slice.ports.find(({ name = '' }) => name === (servicePort?.name ?? ''));
  const family = spec.ipAddressType === 'ipv6' ? 'IPv6' : 'IPv4';
  if (servicePort === undefined || slicePort === undefined || slice.addressType !== family) return [];
  return slice.endpoints.flatMap(({ addresses, conditions, targetRef }) =>
    targetRef === undefined || !conditions.ready
      ? []
      : addresses.map((ip) => ({ ip, port: slicePort.port, pod: targetRef.name })),
  );
}
