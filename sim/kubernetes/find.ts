import { type Call, isOfType, type ResourceType } from './call.ts';
import type { KubernetesObject } from './objects.ts';
import type { Store } from './store.ts';

/** The object that `call` names; undefined where there is none. */
export function find(store: Store, { name, namespace }: Call, type: ResourceType): KubernetesObject | undefined {
  return store
    .list(type.kind, type.clusterScoped === true ? '' : namespace)
    .find((object) => object.metadata.name === name && isOfType(object, type));
}
