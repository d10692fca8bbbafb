/** Proxies that intercept what leaves the pod, and the annotation that lets a port pass them by. */
const MESHES: ReadonlyMap<string, { readonly title: string; readonly annotation: string }> = new Map([
  ['istio-proxy', { title: 'Istio', annotation: 'traffic.sidecar.istio.io/excludeOutboundPorts' }],
  ['linkerd-proxy', { title: 'Linkerd', annotation: 'config.linkerd.io/skip-outbound-ports' }],
]);

export function isMeshProxy(container: string): boolean {
  return MESHES.has(container);
}

export function meshOf(container: string) {
  return MESHES.get(container);
}
