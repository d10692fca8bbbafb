import type { Body } from './body.ts';
import { objectMeta, pod } from './builders.ts';
import type { Call, ResourceType } from './call.ts';
import type { Event } from './event.ts';
import { unreadableTime, validateNewEvent } from './event-validation.ts';
import { find } from './find.ts';
import { unprocessable } from './invalid.ts';
import type { KubernetesObject, ObjectMeta, PodStatus } from './objects.ts';
import { represent } from './represent.ts';
import { type Answer, failure, json } from './status.ts';
import type { Store } from './store.ts';

/** Puts what `body` describes into the store. Of all kinds only Events are looked at before. */
export function create(store: Store, call: Call, type: ResourceType, body: Body): Answer {
  const name = body.metadata?.name ?? `${body.metadata?.generateName ?? 'unnamed-'}${store.resourceVersion()}`;
  const namespace = type.clusterScoped === true ? '' : (call.namespace ?? 'default');
  const { namespace: asked = '' } = body.metadata ?? {};
  if (asked !== '' && asked !== namespace && type.clusterScoped !== true) {
    return failure(400, 'the namespace of the provided object does not match the namespace sent on the request');
  }
  const qualified = call.group === '' ? call.resource : `${call.resource}.${call.group}`;
  const object = newObject({ ...body.metadata, name, namespace }, type, body);
  if (object.kind === 'Event') {
    const unreadable = unreadableTime(object);
    if (unreadable !== undefined) return failure(400, unreadable);
    const errors = validateNewEvent(object);
    if (errors.length > 0) return unprocessable('Event', name, errors);
  }
  if (find(store, { ...call, name }, type) !== undefined) {
    return failure(409, `${qualified} "${name}" already exists`, { name, kind: call.resource });
  }
  return json(201, represent(store.put(object), type));
}

function newObject(meta: Partial<ObjectMeta> & { name: string }, type: ResourceType, body: Body): KubernetesObject {
  if (type.kind === 'Pod') {
    const status: Partial<PodStatus> = { phase: 'Pending', ...body.status };
    return pod({ ...meta, ips: [], ready: false, spec: body.spec ?? {}, status });
  }
  const { kind, apiVersion } = type;
  const object = { ...body, kind, apiVersion, metadata: objectMeta(meta) } as KubernetesObject;
  return object.kind === 'Event' ? withoutNull(object) : object;
}

/** Clients write null for a time that is not set. */
function withoutNull(event: Event): Event {
  return Object.fromEntries(Object.entries(event).filter(([, value]) => value !== null)) as unknown as Event;
}
