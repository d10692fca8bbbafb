import { isDeepStrictEqual } from 'node:util';
import { type Document, isAlias, isCollection, isMap, isNode, isPair, isScalar, isSeq, type Node } from 'yaml';
import { isPlain } from '../plain.ts';
import { insertion } from './insertion.ts';
import { layoutOf } from './layout.ts';
import { type Plan, planMap, planSequence } from './plan.ts';
import { flowText, hasEntries } from './print.ts';
import { removal } from './removal.ts';
import { replacement } from './replacement.ts';
import { type Collection, isJson, type Source } from './source.ts';
import { applyEdits, type Edit, type Entry, endOf, isEmpty, startOf } from './text.ts';

interface Context extends Source {
  readonly document: Document;
  /** What anchored nodes have become: an alias of one that should become the same stays an alias. */
  readonly anchored: Map<Node, unknown>;
}

/**
 * The text of a file whose documents should have other values. What stands for values that do not change stays as it is, to the byte: comments,
 * order, quotes, indentation, line breaks. Whether anchors have carried a change to somewhere else is for the caller to see.
 */
export function rewrite(text: string, documents: readonly Document[], wanted: readonly unknown[]): string {
  const edits = documents.flatMap((document, index) => {
    const had: unknown = document.toJS();
    const want = wanted[index];
    const { contents } = document;
    if (!isNode(contents)) return [];
    const layout = layoutOf(text, document);
    const context = { text, layout, json: isJson(contents), document, anchored: new Map<Node, unknown>() };
    return editsWithin(context, contents, had, want, undefined) ?? [];
  });
  return applyEdits(text, edits);
}

/** Undefined where the node has to be written anew as a whole. */
function editsWithin(
  context: Context,
  node: Node,
  had: unknown,
  want: unknown,
  keyEnd: number | undefined,
): readonly Edit[] | undefined {
  if (isDeepStrictEqual(had, want)) return [];
  if (isAlias(node)) return followsAnchor(context, node, want) ? [] : undefined;
  if ((isScalar(node) || isCollection(node)) && node.anchor !== undefined) context.anchored.set(node, want);
  if (isMap(node) && isPlain(had) && isPlain(want))
    return collectionEdits(context, node, planMap(node, had, want), keyEnd);
  if (isSeq(node) && Array.isArray(had) && Array.isArray(want)) {
    return collectionEdits(context, node, planSequence(node, had, want), keyEnd);
  }
  if (!isScalar(node) || hasEntries(want) || isEmpty(node)) return undefined;
  return [{ start: startOf(node), end: endOf(context.text, node), text: scalarIn(context, want) }];
}

function scalarIn({ json }: Context, want: unknown): string {
  return json ? JSON.stringify(want) : flowText(want);
}

function followsAnchor({ document, anchored }: Context, node: Node, want: unknown): boolean {
  const target = isAlias(node) ? node.resolve(document) : undefined;
  return target !== undefined && anchored.has(target) && isDeepStrictEqual(anchored.get(target), want);
}

function collectionEdits(
  context: Context,
  collection: Collection,
  plan: Plan | undefined,
  keyEnd: number | undefined,
): readonly Edit[] | undefined {
  if (plan === undefined || (collection.flow === true && plan.removed.length > 0)) return undefined;
  const edits: Edit[] = [];
  let previous: Entry | undefined;
  for (const step of plan.steps) {
    if (step.kind === 'add') {
      edits.push(insertion(context, { collection, previous, keyEnd }, step.key, step.want));
    } else {
      edits.push(...entryEdits(context, collection, step.entry, step.had, step.want));
      previous = step.entry;
    }
  }
  const removals = plan.removed.map((entry) => removal(context, entry, nextOf(collection, entry)));
  return removals.some((edit) => edit === undefined)
    ? undefined
    : [...edits, ...removals.filter((edit) => edit !== undefined)];
}

function entryEdits(context: Context, inside: Collection, entry: Entry, had: unknown, want: unknown): readonly Edit[] {
  const value = isPair(entry) ? entry.value : entry;
  const keyEnd = isPair(entry) ? endOf(context.text, entry.key) : undefined;
  const within = value === null ? undefined : editsWithin(context, value, had, want, keyEnd);
  return within ?? replacement(context, inside, entry, want);
}

function nextOf(collection: Collection, entry: Entry): Entry | undefined {
  const items: readonly unknown[] = collection.items;
  const next = items[items.indexOf(entry) + 1];
  return isNode(next) || isPair<Node, Node | null>(next) ? next : undefined;
}
