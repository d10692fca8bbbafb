import { isMap } from 'yaml';
import { layoutIn } from './layout.ts';
import { itemLines, pairLines } from './print.ts';
import { type Collection, inFlow, isMultiline, type Source } from './source.ts';
import { type Edit, type Entry, endOf, endWithComments, indentAt, insertAt, lineEnd, startOf } from './text.ts';

/** Where something new goes into a collection. */
export interface Spot {
  readonly collection: Collection;
  /** The entry before it; undefined where it comes first. */
  readonly previous: Entry | undefined;
  /** Where the key of the collection ends; undefined where it has none. */
  readonly keyEnd: number | undefined;
}

/** A new entry: a key and its value, or an item of a sequence, whose key is undefined. */
export function insertion(source: Source, spot: Spot, key: string | undefined, value: unknown): Edit {
  return spot.collection.flow === true
    ? insertionInFlow(source, spot, key, value)
    : insertionInBlock(source, spot, key, value);
}

function insertionInBlock({ text, layout }: Source, spot: Spot, key: string | undefined, value: unknown): Edit {
  const { collection, previous, keyEnd } = spot;
  const indent = indentAt(text, startOf(collection));
  const local = isMap(collection) ? layoutIn(text, collection, layout) : layout;
  const lines = key === undefined ? itemLines(value, local) : pairLines(key, value, local);
  const below = lines.map((line) => layout.eol + indent + line).join('');
  if (previous !== undefined) return insertAt(endWithComments(text, previous, indent.length), below);
  // Right below the key: a comment above the first entry stays with that entry.
  if (keyEnd !== undefined) return insertAt(lineEnd(text, keyEnd), below);
  return insertAt(startOf(collection), lines.map((line) => line + layout.eol + indent).join(''));
}

function insertionInFlow(
  source: Source,
  { collection, previous }: Spot,
  key: string | undefined,
  value: unknown,
): Edit {
  const { text, layout } = source;
  const first = collection.items[0] as Entry;
  const indent = indentAt(text, startOf(first));
  const multiline = isMultiline(text, collection);
  const separator = multiline ? `,${layout.eol}${indent}` : ', ';
  const printed = inFlow(source, value, multiline ? indent : undefined);
  const entry = key === undefined ? printed : `${inFlow(source, key, undefined)}: ${printed}`;
  return previous === undefined
    ? insertAt(startOf(first), entry + separator)
    : insertAt(endOf(text, previous), separator + entry);
}
