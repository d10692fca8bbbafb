import type { V1EndpointSlice, V1Pod, V1Service } from '@kubernetes/client-node';
import type { ApiError } from '../core/errors.ts';
import type { Cluster } from '../core/ports.ts';
import type { ApiClient } from './api-client.ts';
import { type Json, slicesOf, toBinding, toEndpointSlice, toOwnPod, toService } from './objects.ts';
import { pathOf } from './resources.ts';

/** More names than this make a selector too long for a URL; then all slices are listed. */
const MOST_SERVICES_IN_SELECTOR = 50;

/** The reads of a hold from the Kubernetes API. */
export function createCluster({ read, list }: ApiClient): Cluster {
  return {
    async readPod({ namespace, name }, signal) {
      return toOwnPod((await read('get pods', pathOf('pods', namespace, name), signal)) as Json<V1Pod>);
    },

    async listBindings(apiGroup, namespace, signal) {
      const resource = `targetgroupbindings.${apiGroup}`;
      try {
        const bindings = await list(`list ${resource}`, pathOf(resource, namespace), {}, signal, (object) =>
          toBinding(object, apiGroup),
        );
        return bindings.filter((binding) => binding !== undefined);
      } catch (error) {
        // The CRD is not installed: this cluster has no such controller.
        if ((error as ApiError).kind === 'not-found') return [];
        throw error;
      }
    },

    async listEndpointSlices(namespace, services, signal) {
      return await listSlices({ list }, namespace, services, signal, toEndpointSlice);
    },

    async readService(namespace, name, signal) {
      return toService((await read('get services', pathOf('services', namespace, name), signal)) as Json<V1Service>);
    },
  };
}

/** The slices of these Services, each as `toItem` makes it. */
export function listSlices<Item>(
  { list }: Pick<ApiClient, 'list'>,
  namespace: string,
  services: readonly string[],
  signal: AbortSignal,
  toItem: (slice: Json<V1EndpointSlice>) => Item,
): Promise<readonly Item[]> {
  const resource = 'endpointslices.discovery.k8s.io';
  const selector = services.length > MOST_SERVICES_IN_SELECTOR ? {} : { labelSelector: slicesOf(services) };
  return list(`list ${resource}`, pathOf(resource, namespace), selector, signal, (object) =>
    toItem(object as Json<V1EndpointSlice>),
  );
}
