import type { V1EndpointSlice, V1ObjectMeta, V1Pod, V1Service } from '@kubernetes/client-node';
import type { EndpointSlice, ObjectMeta, Pod, Service, TargetGroupBinding } from '../../sim/kubernetes/objects.ts';
import type { Json } from '../../src/core/json.ts';
import type { Listed } from './watch.ts';

// A real API server leaves out what is empty, and the objects of the embedded cluster do not.

type Real<T> = Json<T> & Listed;

export type RealPod = Real<V1Pod>;

export function toPod({ metadata, spec, status }: RealPod): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: toMeta(metadata),
    spec: { terminationGracePeriodSeconds: 30, nodeName: '', containers: [], ...spec } as Pod['spec'],
    status: { phase: 'Pending', conditions: [], ...status } as Pod['status'],
  };
}

export function toService({ metadata, spec }: Real<V1Service>): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: toMeta(metadata),
    spec: { ports: [], ...spec } as Service['spec'],
  };
}

export function toEndpointSlice({ metadata, addressType, endpoints, ports }: Real<V1EndpointSlice>): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: toMeta(metadata),
    addressType: addressType as EndpointSlice['addressType'],
    endpoints: (endpoints ?? []).map((endpoint) => {
      // What is not known counts as ready (discovery/v1: EndpointConditions).
      const { ready = true, serving = ready, terminating = false } = endpoint.conditions ?? {};
      return { ...endpoint, conditions: { ready, serving, terminating } } as EndpointSlice['endpoints'][number];
    }),
    ports: (ports ?? []).flatMap(({ name = '', port, protocol = 'TCP' }) =>
      port === undefined ? [] : [{ name, port, protocol }],
    ),
  };
}

export function toBinding(
  { metadata, spec }: Pick<TargetGroupBinding, 'metadata' | 'spec'>,
  apiVersion: TargetGroupBinding['apiVersion'],
): TargetGroupBinding {
  return { apiVersion, kind: 'TargetGroupBinding', metadata: toMeta(metadata), spec };
}

function toMeta(metadata: Json<V1ObjectMeta> | ObjectMeta): ObjectMeta {
  return { labels: {}, annotations: {}, ...metadata } as ObjectMeta;
}
