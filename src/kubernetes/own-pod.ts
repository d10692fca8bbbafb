import { DEFAULT_GRACE_SECONDS } from '../core/deadline.ts';
import type { PreStop } from '../core/hook.ts';
import type { OwnPod } from '../core/ports.ts';
import { canonicalIp } from '../core/target.ts';
import { type Fields, fieldsOf, isAbsent, itemsOf, objectsOf, required, textOf, wholeNumberOf } from './shape.ts';

/** What a hold needs to know of the pod. Throws a RangeError that names the field that is not as it should be. */
export function toOwnPod(object: unknown): OwnPod {
  const pod = fieldsOf(object, 'pod');
  const metadata = fieldsOf(pod['metadata'], 'metadata');
  const spec = fieldsOf(pod['spec'], 'spec');
  const status = fieldsOf(pod['status'], 'status');
  const initContainers = objectsOf(spec['initContainers'], 'spec.initContainers').map(toContainer);
  const containers = objectsOf(spec['containers'], 'spec.containers').map(toContainer);
  return {
    uid: required(textOf(metadata['uid'], 'metadata.uid'), 'metadata.uid'),
    ips: objectsOf(status['podIPs'], 'status.podIPs').map(({ ip }) =>
      canonicalIp(required(textOf(ip, 'status.podIPs.ip'), 'status.podIPs.ip')),
    ),
    annotations: Object.fromEntries(
      Object.entries(fieldsOf(metadata['annotations'], 'metadata.annotations')).map(([name, value]) => [
        name,
        textOf(value, `metadata.annotations.${name}`) ?? '',
      ]),
    ),
    readinessGates: objectsOf(spec['readinessGates'], 'spec.readinessGates').map(
      ({ conditionType }) => textOf(conditionType, 'spec.readinessGates.conditionType') ?? '',
    ),
    terminating: textOf(metadata['deletionTimestamp'], 'metadata.deletionTimestamp') !== undefined,
    gracePeriodMs: graceSeconds(metadata, spec) * 1_000,
    neverReady: wasNeverReady(status),
    sidecar: sidecarKind(initContainers, containers),
    containers: [...initContainers.filter(({ isSidecar }) => isSidecar), ...containers].map(
      ({ name, isSidecar, preStop }) => ({ name, isSidecar, preStop }),
    ),
  };
}

function graceSeconds(metadata: Fields, spec: Fields): number {
  return (
    wholeNumberOf(metadata['deletionGracePeriodSeconds'], 'metadata.deletionGracePeriodSeconds') ??
    wholeNumberOf(spec['terminationGracePeriodSeconds'], 'spec.terminationGracePeriodSeconds') ??
    DEFAULT_GRACE_SECONDS
  );
}

/**
 * The kubelet writes Ready=False together with `startTime` and touches the transition time only when the status changes
 * (kubelet: status_manager.go, updateLastTransitionTime). Times have whole seconds, so one second of difference is none.
 */
function wasNeverReady(status: Fields): boolean {
  const ready = objectsOf(status['conditions'], 'status.conditions').find(({ type }) => type === 'Ready');
  if (ready?.['status'] !== 'False') return false;
  // NaN, where one is missing, is not less.
  return instant(ready['lastTransitionTime']) - instant(status['startTime']) <= 1_000;
}

/** RFC 3339 → ms. */
function instant(value: unknown): number {
  return typeof value === 'string' ? Date.parse(value) : Number.NaN;
}

interface SeenContainer {
  readonly name: string;
  readonly isSidecar: boolean;
  readonly preStop: PreStop;
  readonly restartsAlways: boolean;
}

/** Our own container is the one with our settings in its environment. */
function toContainer({ name, env, lifecycle, restartPolicy }: Fields): SeenContainer {
  return {
    name: textOf(name, 'container.name') ?? '',
    isSidecar: objectsOf(env, 'container.env').some(
      (variable) => textOf(variable['name'], 'container.env.name')?.startsWith('DRAIN_WAIT_') === true,
    ),
    preStop: toPreStop(fieldsOf(lifecycle, 'container.lifecycle')['preStop']),
    restartsAlways: restartPolicy === 'Always',
  };
}

function toPreStop(handler: unknown): PreStop {
  if (isAbsent(handler)) return { kind: 'none' };
  const { httpGet, exec, sleep } = fieldsOf(handler, 'preStop');
  if (!isAbsent(httpGet)) {
    const { path, port } = fieldsOf(httpGet, 'preStop.httpGet');
    return {
      kind: 'http',
      path: textOf(path, 'preStop.httpGet.path') ?? '/',
      port: portOf(port, 'preStop.httpGet.port'),
    };
  }
  if (!isAbsent(exec)) {
    const command = itemsOf(fieldsOf(exec, 'preStop.exec')['command'], 'preStop.exec.command');
    return { kind: 'exec', command: command.map((word) => textOf(word, 'preStop.exec.command') ?? '').join(' ') };
  }
  return { kind: isAbsent(sleep) ? 'other' : 'sleep' };
}

function portOf(value: unknown, name: string): number | string {
  return typeof value === 'string' ? value : required(wholeNumberOf(value, name), name);
}

function sidecarKind(
  initContainers: readonly SeenContainer[],
  containers: readonly SeenContainer[],
): OwnPod['sidecar'] {
  if (initContainers.some(({ isSidecar, restartsAlways }) => isSidecar && restartsAlways)) return 'native';
  return containers.some(({ isSidecar }) => isSidecar) ? 'classic' : undefined;
}
