import { endpointSlice } from './builders.ts';
import type { Container, Endpoint, EndpointSlice, Pod, Service, ServicePort } from './objects.ts';

type SlicePort = EndpointSlice['ports'][number];

/**
 * The slices that the endpoint slice controller would write for `service`: one for each address family and each set of
 * resolved ports, and an empty one where no pod is selected (endpointslice/utils.go, reconciler.go).
 */
export function deriveEndpointSlices(service: Service, pods: readonly Pod[]): readonly EndpointSlice[] {
  const { selector } = service.spec;
  if (selector === undefined) return [];
  const slices = new Map<string, EndpointSlice>();
  for (const pod of pods.filter((pod) => isListed(pod) && isSelected(pod, selector, service.metadata.namespace))) {
    const ports = service.spec.ports.flatMap((port) => resolvePort(port, pod));
    for (const ip of podIps(pod)) {
      const slice = emptySlice(service, ip.includes(':') ? 'IPv6' : 'IPv4', ports);
      const { name } = slice.metadata;
      const endpoints = [...(slices.get(name)?.endpoints ?? []), endpointOf(pod, ip, service)];
      slices.set(name, { ...slice, endpoints });
    }
  }
  return slices.size > 0 ? [...slices.values()] : [emptySlice(service, 'IPv4', [])];
}

function emptySlice(service: Service, addressType: 'IPv4' | 'IPv6', ports: readonly SlicePort[]): EndpointSlice {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = service.metadata;
  const suffix = [addressType.toLowerCase(), ...ports.map(({ port }) => port)].join('-');
  const slice = endpointSlice({ name: `${name}-${suffix}`, namespace, service: name, addressType, ports });
  // Derived anew at each look, so what must not change between two looks comes from the Service.
  return { ...slice, metadata: { ...slice.metadata, uid: `${uid}-${suffix}`, resourceVersion, creationTimestamp } };
}

function isSelected(pod: Pod, selector: Readonly<Record<string, string>>, namespace: string): boolean {
  const { metadata } = pod;
  return (
    metadata.namespace === namespace &&
    Object.entries(selector).every(([label, value]) => metadata.labels[label] === value)
  );
}

function isListed(pod: Pod): boolean {
  return pod.status.phase !== 'Succeeded' && pod.status.phase !== 'Failed';
}

function podIps({ status }: Pod): readonly string[] {
  return status.podIPs?.map(({ ip }) => ip) ?? (status.podIP === undefined ? [] : [status.podIP]);
}

function endpointOf(pod: Pod, ip: string, service: Service): Endpoint {
  const serving = pod.status.conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const ready = service.spec.publishNotReadyAddresses === true || (serving && !terminating);
  const { namespace, name, uid } = pod.metadata;
  return {
    addresses: [ip],
    conditions: { ready, serving, terminating },
    targetRef: { kind: 'Pod', namespace, name, uid },
    nodeName: pod.spec.nodeName,
  };
}

/** None where the pod has no port of the wanted name. */
function resolvePort({ name, port, targetPort = port, protocol = 'TCP' }: ServicePort, pod: Pod): readonly SlicePort[] {
  const resolved = typeof targetPort === 'number' ? targetPort : containerPort(targetPort, pod);
  // An unnamed port has the name '', as in the real slices.
  return resolved === undefined ? [] : [{ name: name ?? '', port: resolved, protocol }];
}

function containerPort(name: string, { spec }: Pod): number | undefined {
  const sidecars = (spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  const ports = [...spec.containers, ...sidecars].flatMap((container: Container) => container.ports ?? []);
  return ports.find((port) => port.name === name)?.containerPort;
}
