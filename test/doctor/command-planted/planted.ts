import type { Container, Pod } from '../../../sim/kubernetes/objects.ts';
import type { Level } from '../../../src/doctor/finding.ts';
import type { ShopOptions } from '../command-workload.ts';
import type { Shop } from '../command-world.ts';

/** One mistake, and what doctor must say of it. */
export interface Planted {
  readonly options?: ShopOptions;
  /** Breaks something when everything is there. */
  readonly plant?: (shop: Shop) => void | Promise<void>;
  readonly from?: 'inside' | 'outside' | 'namespace';
  readonly env?: Readonly<Record<string, string>> | ((shop: Shop) => Readonly<Record<string, string>>);
  readonly check: string;
  readonly level: Level;
  readonly message?: RegExp;
  readonly fix?: RegExp;
  /** What else follows from it, at least a warning. */
  readonly also?: readonly string[];
}

export function withSidecar(change: (container: Container) => object): (pod: Pod) => Pod {
  return (pod) => ({
    ...pod,
    spec: {
      ...pod.spec,
      initContainers: (pod.spec.initContainers ?? []).map((each) => ({ ...each, ...change(each) }) as Container),
    },
  });
}

export function withHook(preStop: object): (pod: Pod) => Pod {
  return (pod) => ({
    ...pod,
    spec: {
      ...pod.spec,
      containers: pod.spec.containers.map((each) => ({ ...each, lifecycle: { preStop } }) as Container),
    },
  });
}

export function withContainer(container: Container): (pod: Pod) => Pod {
  return (pod) => ({ ...pod, spec: { ...pod.spec, containers: [...pod.spec.containers, container] } });
}

export function withGate(gate: string): (pod: Pod) => Pod {
  return (pod) => ({ ...pod, spec: { ...pod.spec, readinessGates: [{ conditionType: gate }] } });
}

export function setHealth({ cluster, group, pods }: Shop, state: string, reason: string): void {
  cluster.elbv2.setHealth(group?.arn ?? '', { id: pods[0]?.status.podIP ?? '', port: 8080 }, {
    state,
    reason,
  } as never);
}

export function refuse({ cluster }: Shop, match: string, code: string): void {
  cluster.awsFaults.add({ fault: { kind: 'status', status: 403, code }, match });
}
