import { type Call, OPTIONAL_GROUPS, type ResourceType } from './call.ts';
import { parseLabelSelector } from './label-selector.ts';
import type { KubernetesObject } from './objects.ts';
import { type Answer, failure, json } from './status.ts';
import type { Store } from './store.ts';

/** Answers a list call, in pages where it asks for them. */
export function answerList(store: Store, call: Call, type: ResourceType): Answer {
  const { query, namespace } = call;
  if (query.get('watch') === 'true' || query.has('fieldSelector')) {
    return failure(400, 'the embedded API has neither watches nor field selectors');
  }
  const selector = query.get('labelSelector') ?? '';
  const isSelected = parseLabelSelector(selector);
  if (isSelected === undefined) return failure(400, `unable to parse requirement: ${selector}`);
  const after = decodeContinue(query.get('continue') ?? '');
  if (after === undefined) return failure(400, 'continue key is not valid');

  const left = store
    .list(type.kind, namespace)
    .filter((object) => object.apiVersion === type.apiVersion && isSelected(object.metadata.labels))
    .filter((object) => keyOf(object) > after);
  const limit = Number(query.get('limit') ?? 0);
  const page = limit > 0 ? left.slice(0, limit) : left;
  const last = page.at(-1);
  const more = last !== undefined && left.length > page.length;
  return json(200, {
    kind: `${type.kind}List`,
    apiVersion: type.apiVersion,
    metadata: {
      resourceVersion: store.resourceVersion(),
      ...(more ? { continue: encodeContinue(last) } : {}),
      // Like the real one, it does not count what a selector leaves out.
      ...(more && selector === '' ? { remainingItemCount: left.length - page.length } : {}),
    },
    items: page.map((object) => listItem(object, call.group)),
  });
}

/** Only items of custom resources carry their own kind. */
function listItem(object: KubernetesObject, group: string): unknown {
  const { apiVersion: _, kind: __, ...item } = represent(object);
  return OPTIONAL_GROUPS.includes(group) ? represent(object) : item;
}

/** The object as the API shows it: an EndpointSlice without endpoints or ports has null there. */
export function represent(object: KubernetesObject): Readonly<Record<string, unknown>> {
  if (object.kind !== 'EndpointSlice') return { ...object };
  const { endpoints, ports } = object;
  return { ...object, endpoints: endpoints.length > 0 ? endpoints : null, ports: ports.length > 0 ? ports : null };
}

function keyOf({ metadata }: KubernetesObject): string {
  return `${metadata.namespace}/${metadata.name}`;
}

function encodeContinue(last: KubernetesObject): string {
  return Buffer.from(JSON.stringify({ after: keyOf(last) })).toString('base64url');
}

/** The key after which the page starts, empty for the first one; undefined where the token is not one of ours. */
function decodeContinue(token: string): string | undefined {
  if (token === '') return '';
  try {
    const { after } = JSON.parse(Buffer.from(token, 'base64url').toString()) as { readonly after?: unknown };
    return typeof after === 'string' ? after : undefined;
  } catch {
    return undefined;
  }
}
