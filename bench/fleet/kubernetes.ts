import { ApiError } from '../../src/core/errors.ts';
import type { Binding, Clock, Cluster, EndpointSlice, OwnPod } from '../../src/core/ports.ts';
import { type FleetPod, PORT } from './pod.ts';

const LATENCY_MS = 10;

/** What the pods read of Kubernetes. */
export interface FleetKubernetes {
  readonly cluster: Cluster;
  /** The pod has come to its end: its Service lists it no longer. */
  remove(pod: FleetPod): void;
}

export interface FleetKubernetesOptions {
  readonly clock: Clock;
  readonly pods: readonly FleetPod[];
  /** One for each target group. */
  readonly bindings: readonly Binding[];
  readonly gracePeriodMs: number;
}

export function createKubernetes({ clock, pods, bindings, gracePeriodMs }: FleetKubernetesOptions): FleetKubernetes {
  const byName = new Map(pods.map((pod) => [pod.name, pod]));
  const listed = bindings.map((_, group) => pods.filter((pod) => pod.group === group).map(endpointOf));

  async function answer<T>(value: () => T): Promise<T> {
    await clock.sleep(LATENCY_MS);
    return value();
  }

  return {
    cluster: {
      readPod: ({ name }) => answer(() => ownPod(byName.get(name), gracePeriodMs)),
      listBindings: (apiGroup) => answer(() => (apiGroup === 'elbv2.k8s.aws' ? bindings : [])),
      listEndpointSlices: (_, services) =>
        answer(() =>
          services.map(
            (service): EndpointSlice => sliceOf(service, listed[Number(service.slice('web-'.length))] ?? []),
          ),
        ),
      readService: () => answer(() => ({ ports: [{ name: 'http', port: 80 }], publishesNotReady: false })),
    },
    remove({ group, name }) {
      const endpoints = listed[group] ?? [];
      endpoints.splice(
        endpoints.findIndex(({ pod }) => pod.name === name),
        1,
      );
    },
  };
}

/** Tells at every look whether its pod is terminating then. */
function endpointOf(pod: FleetPod) {
  return {
    pod: { name: pod.name, uid: pod.name },
    addresses: [pod.ip],
    get terminating() {
      return pod.terminating;
    },
  };
}

function sliceOf(service: string, endpoints: EndpointSlice['endpoints']): EndpointSlice {
  return { service, family: 'ipv4', endpoints, ports: [{ name: 'http', port: PORT }] };
}

function ownPod(pod: FleetPod | undefined, gracePeriodMs: number): OwnPod {
  if (pod === undefined) throw new ApiError('not-found', 'get pods', 'no such pod');
  return {
    uid: pod.name,
    ips: [pod.ip],
    annotations: {},
    readinessGates: [],
    terminating: pod.terminating,
    gracePeriodMs,
    neverReady: false,
    sidecar: 'native',
    containers: [],
  };
}
