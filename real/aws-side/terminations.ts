import type { V1ContainerState } from '@kubernetes/client-node';
import type { Json } from '../../src/core/json.ts';
import type { RealPod } from './sim-objects.ts';

/** How one run of a container ended. */
export interface Termination {
  /** When it was seen in the pod's status, in ms of the timeline. */
  readonly atMs: number;
  readonly namespace: string;
  readonly pod: string;
  readonly uid: string;
  readonly container: string;
  readonly exitCode: number;
  /** `Completed`, `Error`, `OOMKilled`, or what else the container runtime says. */
  readonly reason: string;
}

/** One run of a container, which `id` names. */
export interface ContainerRun {
  readonly container: string;
  readonly id: string;
  /** False: there has been another one since. */
  readonly isCurrent: boolean;
  /** Absent: it has not ended. */
  readonly end: Pick<Termination, 'exitCode' | 'reason'> | undefined;
}

/** 128 and the number of SIGKILL. */
const EXIT_CODE_SIGKILL = 137;

/** The runs that a pod's status tells of: those of now, and of each container the one before. */
export function runsOf({ status }: RealPod): readonly ContainerRun[] {
  return [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].flatMap(
    ({ name, containerID, state, lastState }) => [
      ...endOf(name, lastState, false),
      ...(state?.running === undefined
        ? []
        : [{ container: name, id: idOf(name, containerID), isCurrent: true, end: undefined }]),
      ...endOf(name, state, true),
    ],
  );
}

function endOf(
  container: string,
  state: Json<V1ContainerState> | undefined,
  isCurrent: boolean,
): readonly ContainerRun[] {
  if (state?.terminated === undefined) return [];
  const { containerID, exitCode, reason = '' } = state.terminated;
  return [{ container, id: idOf(container, containerID), isCurrent, end: { exitCode, reason } }];
}

/** A run that nobody knows much of has no ID of its own. */
function idOf(container: string, containerId = ''): string {
  return `${container} ${containerId}`;
}

/**
 * Whether it was SIGKILL, whoever sent it. `ContainerStatusUnknown` is no such thing: the kubelet makes its exit code up where it finds
 * the container no more, as it may after an eviction (kubelet: status_manager.go, kubelet_pods.go).
 */
export function wasKilled({ exitCode, reason }: Pick<Termination, 'exitCode' | 'reason'>): boolean {
  return exitCode === EXIT_CODE_SIGKILL && reason !== 'ContainerStatusUnknown';
}

/** Whether it was the kubelet that killed it: `OOMKilled` comes from the kernel. */
export function wasKilledByKubelet(end: Pick<Termination, 'exitCode' | 'reason'>): boolean {
  return wasKilled(end) && end.reason !== 'OOMKilled';
}
