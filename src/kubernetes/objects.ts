import type { V1EndpointSlice, V1LifecycleHandler, V1Pod, V1Service } from '@kubernetes/client-node';
import { DEFAULT_GRACE_SECONDS } from '../core/deadline.ts';
import { ApiError } from '../core/errors.ts';
import type { PreStop } from '../core/hook.ts';
import type { Binding, BindingApiGroup, EndpointSlice, OwnPod, Service } from '../core/ports.ts';
import { canonicalIp, type LoadBalancerKind } from '../core/target.ts';

const SERVICE_NAME_LABEL = 'kubernetes.io/service-name';

/** The official types as they are on the wire: an instant is text. */
export type Json<T> = T extends Date ? string : T extends object ? { [Key in keyof T]: Json<T[Key]> } : T;

/** Throws an ApiError where the object has no UID, and so cannot be a pod. */
export function toOwnPod({ metadata, spec, status }: Json<V1Pod>): OwnPod {
  if (metadata?.uid === undefined) throw new ApiError('bad-response', 'get pods', 'the answer is no pod');
  const graceSeconds =
    metadata.deletionGracePeriodSeconds ?? spec?.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS;
  return {
    uid: metadata.uid,
    ips: (status?.podIPs ?? []).map(({ ip }) => canonicalIp(ip)),
    annotations: metadata.annotations ?? {},
    readinessGates: (spec?.readinessGates ?? []).map(({ conditionType }) => conditionType),
    terminating: typeof metadata.deletionTimestamp === 'string',
    gracePeriodMs: graceSeconds * 1_000,
    neverReady: wasNeverReady(status),
    sidecar: sidecarKind(spec),
    containers: [...(spec?.initContainers ?? []).filter(isOurs), ...(spec?.containers ?? [])].map((container) => ({
      name: container.name,
      isSidecar: isOurs(container),
      preStop: toPreStop(container.lifecycle?.preStop),
    })),
  };
}

/**
 * The kubelet writes Ready=False together with `startTime` and touches the transition time only when the status changes
 * (kubelet: status_manager.go, updateLastTransitionTime). Times have whole seconds, so one second of difference is none.
 */
function wasNeverReady(status: Json<V1Pod>['status']): boolean {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  if (ready?.status !== 'False') return false;
  // NaN, where one is missing, is not less.
  return instant(ready.lastTransitionTime) - instant(status?.startTime) <= 1_000;
}

/** RFC 3339 → ms. */
function instant(text: string | undefined): number {
  return text === undefined ? Number.NaN : Date.parse(text);
}

/** Our own container is the one with our settings in its environment. */
function isOurs({ env }: { env?: { name: string }[] }): boolean {
  return env?.some(({ name }) => name.startsWith('DRAIN_WAIT_')) === true;
}

function toPreStop(handler: Json<V1LifecycleHandler> | undefined): PreStop {
  if (handler === undefined) return { kind: 'none' };
  const { httpGet, exec, sleep } = handler;
  if (httpGet !== undefined) return { kind: 'http', path: httpGet.path ?? '/', port: httpGet.port };
  if (exec !== undefined) return { kind: 'exec', command: (exec.command ?? []).join(' ') };
  return { kind: sleep === undefined ? 'other' : 'sleep' };
}

function sidecarKind(spec: Json<V1Pod>['spec']): OwnPod['sidecar'] {
  if (spec?.initContainers?.some((container) => container.restartPolicy === 'Always' && isOurs(container)) === true) {
    return 'native';
  }
  return spec?.containers.some(isOurs) === true ? 'classic' : undefined;
}

export function toEndpointSlice(slice: Json<V1EndpointSlice>): EndpointSlice {
  return {
    service: slice.metadata?.labels?.[SERVICE_NAME_LABEL] ?? '',
    family: slice.addressType === 'IPv6' ? 'ipv6' : 'ipv4',
    endpoints: (slice.endpoints ?? []).map(({ addresses, conditions, targetRef }) => ({
      pod:
        targetRef?.kind === 'Pod' && targetRef.name !== undefined
          ? { name: targetRef.name, uid: targetRef.uid }
          : undefined,
      addresses: addresses.map(canonicalIp),
      terminating: conditions?.terminating === true,
    })),
    // A port without a number means "all ports", which no load balancer targets.
    ports: (slice.ports ?? []).flatMap(({ name, port }) => (port === undefined ? [] : [{ name: name ?? '', port }])),
  };
}

export function toService({ spec }: Json<V1Service>): Service {
  return {
    ports: (spec?.ports ?? []).map(({ name, port }) => ({ name: name ?? '', port })),
    publishesNotReady: spec?.publishNotReadyAddresses === true,
  };
}

/** Label selector for the slices of these Services. */
export function slicesOf(services: readonly string[]): string {
  return `${SERVICE_NAME_LABEL} in (${services.join(',')})`;
}

/** Reads a TargetGroupBinding; undefined where it lacks what makes one. Its CRD validates, so that is a newer shape. */
export function toBinding(object: unknown, apiGroup: BindingApiGroup): Binding | undefined {
  const { metadata, spec } = fields(object);
  const { name } = fields(metadata);
  const { targetGroupARN, targetGroupName, targetType, targetGroupProtocol, ipAddressType, serviceRef } = fields(spec);
  const { iamRoleArnToAssume, assumeRoleExternalId } = fields(spec);
  const service = fields(serviceRef);
  const servicePort = typeof service['port'] === 'number' ? service['port'] : text(service['port']);
  const arn = text(targetGroupARN);
  const groupName = text(targetGroupName);
  if (typeof name !== 'string' || servicePort === undefined || (arn ?? groupName) === undefined) return undefined;
  const role = text(iamRoleArnToAssume);
  return {
    name,
    apiGroup,
    // The controller fills it in from the target group; until then it is not known to be of another type.
    targetType: text(targetType) ?? 'ip',
    group: {
      arn,
      name: groupName,
      loadBalancer: loadBalancerOf(text(targetGroupProtocol)),
      role: role === undefined ? undefined : { arn: role, externalId: text(assumeRoleExternalId) },
    },
    family: ipAddressType === 'ipv6' ? 'ipv6' : 'ipv4',
    service: { name: text(service['name']) ?? '', port: servicePort },
  };
}

function loadBalancerOf(protocol: string | undefined): LoadBalancerKind | undefined {
  if (protocol === undefined) return undefined;
  return protocol === 'HTTP' || protocol === 'HTTPS' ? 'alb' : 'nlb';
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
