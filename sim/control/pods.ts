import type { Clock } from '../../src/core/ports.ts';
import { type FakeProcess, type FakeProcessOptions, fakeProcess } from '../kubelet/process.ts';
import type { Kubelet, RunningPod } from '../kubelet.ts';
import type { Pod, PodSpec } from '../kubernetes/objects.ts';
import { Refusal } from './check.ts';

type OnSigterm = NonNullable<FakeProcessOptions['onSigterm']>;

/** How the containers of a pod behave. */
export interface Behaviour {
  /** What SIGTERM does to a container, by its name. Absent: it exits at once. */
  readonly onSigterm?: Readonly<Record<string, OnSigterm>>;
  readonly readyAfterMs?: number;
}

export interface RunPod extends Behaviour {
  readonly pod: Pod;
}

/** A pod on the node whose containers are fake processes. */
interface ControlledPod {
  readonly running: RunningPod;
  /** The latest process of each container. */
  readonly processes: ReadonlyMap<string, FakeProcess>;
}

/** The pods that were started through the control API, until they have ended. */
export interface Pods {
  run(options: RunPod): Promise<RunningPod>;
  list(): readonly RunningPod[];
  /** Throws a Refusal (404) where no such pod runs. */
  find(namespace: string, name: string): RunningPod;
  /** Throws a Refusal (404) where no such container was started. */
  processOf(namespace: string, name: string, container: string): FakeProcess;
  /** `10.1.0.1` for the first caller, the next address for each further one. */
  nextIp(): string;
}

export function createPods({ clock, kubelet }: { readonly clock: Clock; readonly kubelet: Kubelet }): Pods {
  const pods = new Map<string, ControlledPod>();
  let addresses = 0;

  function controlled(namespace: string, name: string): ControlledPod {
    const found = pods.get(`${namespace}/${name}`);
    if (found !== undefined) return found;
    throw new Refusal(404, `No pod ${namespace}/${name} runs on the node. GET /pods lists those that do.`);
  }

  return {
    async run({ pod, onSigterm = {}, ...options }) {
      const key = `${pod.metadata.namespace}/${pod.metadata.name}`;
      refuseStrangers(pod.spec, onSigterm);
      if (pods.has(key))
        throw new Refusal(409, `A pod ${key} runs already. Expected another name, or the end of that one.`);

      const processes = new Map<string, FakeProcess>();
      const start = (container: string) => () => {
        const reaction = onSigterm[container];
        const process = fakeProcess({ clock, ...(reaction === undefined ? {} : { onSigterm: reaction }) });
        processes.set(container, process);
        return process;
      };
      const containers = Object.fromEntries(containerNames(pod.spec).map((name) => [name, start(name)]));
      const running = await kubelet.run({ pod, containers, ...options });
      pods.set(key, { running, processes });
      void running.ended.then(() => pods.delete(key));
      return running;
    },
    list: () => [...pods.values()].map(({ running }) => running),
    find: (namespace, name) => controlled(namespace, name).running,
    processOf(namespace, name, container) {
      const { processes } = controlled(namespace, name);
      const process = processes.get(container);
      if (process !== undefined) return process;
      throw new Refusal(
        404,
        `No container ${container} was started in this pod. Expected ${[...processes.keys()].join(', ')}.`,
      );
    },
    nextIp() {
      addresses += 1;
      return `10.1.${addresses >> 8}.${addresses & 255}`;
    },
  };
}

type Containers = Pick<PodSpec, 'containers' | 'initContainers'>;

/** Throws a Refusal (400) where `onSigterm` speaks of a container that the pod does not have. */
export function refuseStrangers(spec: Containers, onSigterm: Readonly<Record<string, OnSigterm>>): void {
  const names = containerNames(spec);
  const strangers = Object.keys(onSigterm).filter((name) => !names.includes(name));
  if (strangers.length > 0) throw new Refusal(400, ...strangers.map((name) => strangerIn(name, names)));
}

function containerNames({ containers, initContainers = [] }: Containers): readonly string[] {
  return [...containers, ...initContainers].map(({ name }) => name);
}

function strangerIn(name: string, names: readonly string[]): string {
  return `body.onSigterm.${name}: the pod has no such container. Expected ${names.join(', ')}.`;
}
