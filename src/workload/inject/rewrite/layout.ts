import { type Document, isMap, isNode, isSeq, type Pair, visit, type YAMLMap } from 'yaml';
import type { Layout } from './print.ts';
import { indentAt, startOf } from './text.ts';

const USUAL_STEP = 2;

/** As most of the document is written. */
export function layoutOf(text: string, document: Document): Layout {
  const steps: number[] = [];
  const offsets: number[] = [];
  visit(document, {
    Pair(_, pair) {
      if (isMap(pair.value)) steps.push(...indentOf(text, pair));
      if (isSeq(pair.value)) offsets.push(...indentOf(text, pair));
    },
  });
  const step = mostCommon(steps) ?? flowStep(text, document) ?? USUAL_STEP;
  return { step, sequenceOffset: mostCommon(offsets) ?? step, eol: text.includes('\r\n') ? '\r\n' : '\n' };
}

/** JSON over several lines; undefined for other documents. */
function flowStep(text: string, { contents }: Document): number | undefined {
  const key = isMap(contents) ? contents.items[0]?.key : undefined;
  const indent = isNode(key) ? indentAt(text, startOf(key)).length : 0;
  return isMap(contents) && contents.flow === true && /^\{\s*\n/.test(text.slice(startOf(contents))) && indent > 0
    ? indent
    : undefined;
}

/** The same, with sequences below their keys as in this map. */
export function layoutIn(text: string, map: YAMLMap, layout: Layout): Layout {
  const offsets = map.items.filter(({ value }) => isSeq(value)).flatMap((pair) => indentOf(text, pair));
  return { ...layout, sequenceOffset: mostCommon(offsets) ?? layout.sequenceOffset };
}

/** By how many spaces a value in block style is indented below its key; empty where that says nothing. */
function indentOf(text: string, { key, value }: Pair): readonly number[] {
  if (!isNode(key) || !(isMap(value) || isSeq(value)) || value.flow === true) return [];
  return [indentAt(text, startOf(value)).length - indentAt(text, startOf(key)).length];
}

function mostCommon(numbers: readonly number[]): number | undefined {
  const counts = new Map<number, number>();
  for (const number of numbers) counts.set(number, (counts.get(number) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
}
