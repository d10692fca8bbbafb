import type { V1EndpointSlice, V1Pod, V1Service } from '@kubernetes/client-node';
import type { ApiError } from '../core/errors.ts';
import type { BindingApiGroup, Cluster } from '../core/ports.ts';
import { type ApiClient, inNamespace } from './api-client.ts';
import { type Json, slicesOf, toBinding, toEndpointSlice, toOwnPod, toService } from './objects.ts';

/** More names than this make a selector too long for a URL; then all slices are listed. */
const MOST_SERVICES_IN_SELECTOR = 50;

const BINDINGS = 'targetgroupbindings';
const BINDING_VERSIONS: Readonly<Record<BindingApiGroup, string>> = {
  'elbv2.k8s.aws': 'v1beta1',
  'eks.amazonaws.com': 'v1',
};

/** The reads of a hold from the Kubernetes API. */
export function createCluster({ read, list }: ApiClient): Cluster {
  return {
    async readPod({ namespace, name }, signal) {
      const path = `${inNamespace('/api/v1', namespace)}/pods/${encodeURIComponent(name)}`;
      return toOwnPod((await read('get pods', path, signal)) as Json<V1Pod>);
    },

    async listBindings(apiGroup, namespace, signal) {
      const path = `${inNamespace(`/apis/${apiGroup}/${BINDING_VERSIONS[apiGroup]}`, namespace)}/${BINDINGS}`;
      try {
        const bindings = await list(`list ${BINDINGS}.${apiGroup}`, path, {}, signal, (object) =>
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
      const path = `${inNamespace('/apis/discovery.k8s.io/v1', namespace)}/endpointslices`;
      const selector = services.length > MOST_SERVICES_IN_SELECTOR ? {} : { labelSelector: slicesOf(services) };
      return await list('list endpointslices.discovery.k8s.io', path, selector, signal, (object) =>
        toEndpointSlice(object as Json<V1EndpointSlice>),
      );
    },

    async readService(namespace, name, signal) {
      const path = `${inNamespace('/api/v1', namespace)}/services/${encodeURIComponent(name)}`;
      return toService((await read('get services', path, signal)) as Json<V1Service>);
    },
  };
}
