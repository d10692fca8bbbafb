import type { ApiError } from '../core/errors.ts';
import type { Cluster } from '../core/ports.ts';
import type { ApiClient } from './api-client.ts';
import { understand } from './errors.ts';
import { canName, slicesOf, toBinding, toEndpointSlice, toService } from './objects.ts';
import { toOwnPod } from './own-pod.ts';
import { pathOf } from './resources.ts';

/** More names than this make a selector too long for a URL; then all slices are listed. */
const MOST_SERVICES_IN_SELECTOR = 50;

/** The reads of a hold from the Kubernetes API. */
export function createCluster({ read, list }: ApiClient): Cluster {
  return {
    async readPod({ namespace, name }, signal) {
      const object = await read('get pods', pathOf('pods', namespace, name), signal);
      return understand('get pods', object, toOwnPod);
    },

    async listBindings(apiGroup, namespace, signal) {
      const resource = `targetgroupbindings.${apiGroup}`;
      try {
        return await list(`list ${resource}`, pathOf(resource, namespace), {}, signal, (object) =>
          toBinding(object, apiGroup),
        );
      } catch (error) {
        // The CRD is not installed: this cluster has no such controller.
        if ((error as ApiError).kind === 'not-found') return [];
        throw error;
      }
    },

    async listEndpointSlices(namespace, services, signal) {
      const slices = await listSlices({ list }, namespace, services, signal, toEndpointSlice);
      return slices.filter((slice) => slice !== undefined);
    },

    async readService(namespace, name, signal) {
      const object = await read('get services', pathOf('services', namespace, name), signal);
      return understand('get services', object, toService);
    },
  };
}

/** The slices of these Services, each as `toItem` makes it. */
export async function listSlices<Item>(
  { list }: Pick<ApiClient, 'list'>,
  namespace: string,
  services: readonly string[],
  signal: AbortSignal,
  toItem: (slice: unknown) => Item,
): Promise<readonly Item[]> {
  const resource = 'endpointslices.discovery.k8s.io';
  // Anything can stand in a binding, and one name that nobody can have would spoil the selector for all.
  const names = services.filter(canName);
  if (names.length === 0) return [];
  const selector = names.length > MOST_SERVICES_IN_SELECTOR ? {} : { labelSelector: slicesOf(names) };
  return await list(`list ${resource}`, pathOf(resource, namespace), selector, signal, toItem);
}
