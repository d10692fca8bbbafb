import { OPTIONAL_GROUPS, type ResourceType } from './call.ts';
import { eventVersion, representEvent } from './event.ts';
import type { KubernetesObject } from './objects.ts';

export type Shown = Readonly<Record<string, unknown>>;

/** The object as the API of `type` shows it, with what is empty as Go writes it. */
export function represent(object: KubernetesObject, { apiVersion, clusterScoped = false }: ResourceType): Shown {
  if (object.kind === 'Event') return representEvent(object, eventVersion(apiVersion));
  if (clusterScoped) {
    const { namespace: _, ...metadata } = object.metadata;
    return { ...object, metadata };
  }
  if (object.kind !== 'EndpointSlice') return { ...object };
  const { endpoints, ports } = object;
  return { ...object, endpoints: endpoints.length > 0 ? endpoints : null, ports: ports.length > 0 ? ports : null };
}

/** In a list only items of custom resources carry their own kind. */
export function asListItem(shown: Shown, { apiVersion: of }: ResourceType): Shown {
  const { apiVersion: _, kind: __, ...item } = shown;
  return OPTIONAL_GROUPS.some((group) => of.startsWith(`${group}/`)) ? shown : item;
}
