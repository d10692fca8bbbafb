import { type Call, isOfType, type ResourceType } from './call.ts';
import { parseFieldSelector } from './field-selector.ts';
import { parseLabelSelector } from './label-selector.ts';
import type { KubernetesObject } from './objects.ts';
import { asListItem, represent } from './represent.ts';
import { type Answer, failure, json } from './status.ts';
import type { Store } from './store.ts';

/** Answers a list call, in pages where it asks for them. */
export function answerList(store: Store, call: Call, type: ResourceType): Answer {
  const { query, namespace } = call;
  if (query.get('watch') === 'true') return failure(400, 'the embedded API has no watches');
  const labelSelector = query.get('labelSelector') ?? '';
  const hasLabels = parseLabelSelector(labelSelector);
  if (hasLabels === undefined) return failure(400, `unable to parse requirement: ${labelSelector}`);
  const fieldSelector = query.get('fieldSelector') ?? '';
  const hasFields = parseFieldSelector(fieldSelector, type.apiVersion, type.kind);
  if (typeof hasFields === 'object') return failure(400, hasFields.problem);
  const after = decodeContinue(query.get('continue') ?? '');
  if (after === undefined) return failure(400, 'continue key is not valid');

  const left = store
    .list(type.kind, namespace)
    .filter((object) => isOfType(object, type) && hasLabels(object.metadata.labels))
    .filter((object) => keyOf(object) > after && hasFields(represent(object, type)));
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
      ...(more && labelSelector + fieldSelector === '' ? { remainingItemCount: left.length - page.length } : {}),
    },
    items: page.map((object) => asListItem(represent(object, type), type)),
  });
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
