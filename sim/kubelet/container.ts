import type { Container as ContainerSpec, Pod, PreStop } from '../kubernetes/objects.ts';
import type { ContainerProcess } from './process.ts';

/** A container of a pod on this node. */
export interface Container {
  readonly name: string;
  readonly kind: 'main' | 'native-sidecar';
  readonly preStop: PreStop | undefined;
  /** Looks a named port up, among this container's own ports only (kubelet: lifecycle/handlers.go). */
  portNamed(name: string): number | undefined;
  readonly start: () => ContainerProcess;
  /** Undefined while nothing runs in it. */
  process: ContainerProcess | undefined;
}

/** How to start each container of a pod, by the container's name. */
export type Starters = Readonly<Record<string, () => ContainerProcess>>;

/** The containers of `pod` in the order of their start: native sidecars first. Init containers that end are left out. */
export function containersOf({ metadata, spec }: Pod, starters: Starters): readonly Container[] {
  const sidecars = (spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  const make = (container: ContainerSpec, kind: Container['kind']): Container => {
    const start = starters[container.name];
    if (start === undefined)
      throw new Error(`Cannot run pod ${metadata.name}: nothing starts its container ${container.name}`);
    return {
      name: container.name,
      kind,
      preStop: container.lifecycle?.preStop,
      portNamed: (name) => container.ports?.find((port) => port.name === name)?.containerPort,
      start,
      process: undefined,
    };
  };
  return [
    ...sidecars.map((container) => make(container, 'native-sidecar')),
    ...spec.containers.map((container) => make(container, 'main')),
  ];
}
