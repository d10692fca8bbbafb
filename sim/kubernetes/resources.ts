import { objectMeta, pod } from './builders.ts';
import { type Call, type ResourceType, resourceTypeOf } from './call.ts';
import { evictPod } from './eviction.ts';
import { answerList, represent } from './list.ts';
import type { KubernetesObject, ObjectMeta, Pod, PodSpec, PodStatus } from './objects.ts';
import { type Answer, failure, json, PAGE_NOT_FOUND, success } from './status.ts';
import type { Store } from './store.ts';

/** What a request may carry, as far as it is looked at: an object, DeleteOptions or an Eviction. */
interface Body {
  readonly metadata?: Partial<ObjectMeta> & { readonly generateName?: string };
  readonly spec?: Partial<PodSpec>;
  readonly status?: Partial<PodStatus>;
  readonly gracePeriodSeconds?: number;
  readonly deleteOptions?: { readonly gracePeriodSeconds?: number };
}

/** Does what `call` asks of the objects in `store`. */
export function answerCall(store: Store, call: Call, text: string): Answer {
  const type = resourceTypeOf(call);
  if (type === undefined) return PAGE_NOT_FOUND;
  if (call.verb === 'list') return answerList(store, call, type);
  const body = parseBody(text);
  if (body === undefined) return failure(400, 'the request body is not a JSON object');
  if (call.verb === 'create' && call.subresource === undefined) return create(store, call, type, body);

  const found = find(store, call, type);
  if (found === undefined) return notFound(call);
  if (call.subresource === 'eviction' && call.verb === 'create' && found.kind === 'Pod') {
    return evict(store, found, body);
  }
  if (call.subresource !== undefined) return PAGE_NOT_FOUND;
  switch (call.verb) {
    case 'get':
      return json(200, represent(found));
    case 'update':
      return json(200, represent(store.put(updated(found, body))));
    case 'delete':
      return remove(store, found, call, body);
    default:
      return failure(405, 'the server does not allow this method on the requested resource');
  }
}

function find(store: Store, { name, namespace }: Call, { kind, apiVersion }: ResourceType) {
  return store
    .list(kind, namespace)
    .find((object) => object.metadata.name === name && object.apiVersion === apiVersion);
}

function create(store: Store, call: Call, type: ResourceType, body: Body): Answer {
  const name = body.metadata?.name ?? `${body.metadata?.generateName ?? 'unnamed-'}${store.resourceVersion()}`;
  const namespace = call.namespace ?? 'default';
  const qualified = call.group === '' ? call.resource : `${call.resource}.${call.group}`;
  if (find(store, { ...call, name }, type) !== undefined) {
    return failure(409, `${qualified} "${name}" already exists`, { name, kind: call.resource });
  }
  return json(201, represent(store.put(newObject({ ...body.metadata, name, namespace }, type, body))));
}

function newObject(meta: Partial<ObjectMeta> & { name: string }, type: ResourceType, body: Body): KubernetesObject {
  if (type.kind !== 'Pod') {
    const { kind, apiVersion } = type;
    return { ...body, kind, apiVersion, metadata: objectMeta(meta) } as KubernetesObject;
  }
  const status: Partial<PodStatus> = { phase: 'Pending', ...body.status };
  return pod({ ...meta, ips: [], ready: false, spec: body.spec ?? {}, status });
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

function parseBody(text: string): Body | undefined {
  if (text === '') return {};
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null ? body : undefined;
  } catch {
    return undefined;
  }
}

function notFound({ resource, group, name = '' }: Call): Answer {
  const qualified = group === '' ? resource : `${resource}.${group}`;
  return failure(404, `${qualified} "${name}" not found`, {
    name,
    ...(group === '' ? {} : { group }),
    kind: resource,
  });
}
