import { type Body, METHOD_NOT_ALLOWED, NO_JSON_OBJECT, parseBody } from './body.ts';
import { type Call, type ResourceType, resourceTypeOf } from './call.ts';
import { create } from './create.ts';
import { eventVersion, inVersion } from './event.ts';
import { evictPod } from './eviction.ts';
import { find } from './find.ts';
import { answerList } from './list.ts';
import type { KubernetesObject, Pod } from './objects.ts';
import { represent } from './represent.ts';
import { type Answer, failure, json, PAGE_NOT_FOUND, success } from './status.ts';
import type { Store } from './store.ts';

/** Does what `call` asks of the objects in `store`. */
export function answerCall(store: Store, call: Call, text: string): Answer {
  const type = resourceTypeOf(call);
  if (type === undefined) return PAGE_NOT_FOUND;
  if (call.verb === 'list') return answerList(store, call, type);
  const body = parseBody<Body>(text);
  if (body === undefined) return NO_JSON_OBJECT;
  if (call.verb === 'create' && call.subresource === undefined) return create(store, call, type, body);

  const found = find(store, call, type);
  if (found === undefined) return notFound(call);
  if (call.subresource === 'eviction' && call.verb === 'create' && found.kind === 'Pod') {
    return evict(store, found, body);
  }
  if (call.subresource !== undefined) return PAGE_NOT_FOUND;
  switch (call.verb) {
    case 'get':
      return json(200, represent(found, type));
    case 'update':
      return json(200, represent(store.put(updated(named(found, type), body)), type));
    case 'delete':
      return remove(store, found, call, body);
    default:
      return METHOD_NOT_ALLOWED;
  }
}

/** An Event with the names that it has where it was asked for. */
function named(found: KubernetesObject, { apiVersion }: ResourceType): KubernetesObject {
  return found.kind === 'Event' ? inVersion(found, eventVersion(apiVersion)) : found;
}

/** What the server decides stays as it was. */
function updated(found: KubernetesObject, body: Body): KubernetesObject {
  const { labels = found.metadata.labels, annotations = found.metadata.annotations } = body.metadata ?? {};
  const { kind, apiVersion } = found;
  return {
    ...found,
    ...body,
    kind,
    apiVersion,
    metadata: { ...found.metadata, labels, annotations },
  } as KubernetesObject;
}

function remove(store: Store, found: KubernetesObject, call: Call, body: Body): Answer {
  const { namespace, name } = found.metadata;
  if (found.kind !== 'Pod') {
    store.remove(found.kind, namespace, name);
    return success(200);
  }
  const inQuery = call.query.get('gracePeriodSeconds');
  const gracePeriodSeconds = inQuery === null ? body.gracePeriodSeconds : Number(inQuery);
  return json(200, store.deletePod(namespace, name, graceOption(gracePeriodSeconds)));
}

/** policy/v1 Eviction. */
function evict(store: Store, pod: Pod, body: Body): Answer {
  evictPod(store, pod, graceOption(body.deleteOptions?.gracePeriodSeconds));
  return success(201);
}

function graceOption(gracePeriodSeconds: number | undefined) {
  return gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds };
}

function notFound({ resource, group, name = '' }: Call): Answer {
  const qualified = group === '' ? resource : `${resource}.${group}`;
  return failure(404, `${qualified} "${name}" not found`, {
    name,
    ...(group === '' ? {} : { group }),
    kind: resource,
  });
}
