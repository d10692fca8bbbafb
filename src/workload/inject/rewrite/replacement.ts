import { isCollection, isPair, isSeq, type Node, type YAMLMap } from 'yaml';
import { layoutIn } from './layout.ts';
import { blockLines, flowText, hasEntries, valueLines } from './print.ts';
import { type Collection, inFlow, isMultiline, type Source } from './source.ts';
import { type Edit, type Entry, endOf, indentAt, insertAt, isEmpty, lineEnd, lineStart, startOf } from './text.ts';

/** Another value in place of the one that an entry has. `inside` is the collection of the entry. */
export function replacement(source: Source, inside: Collection, entry: Entry, want: unknown): readonly Edit[] {
  const value = isPair(entry) ? entry.value : entry;
  if (inside.flow === true) {
    return value === null ? [] : [inPlace(source, value, inFlowOf(source, inside, value, want))];
  }
  if (isPair(entry)) return replacementBelow(source, inside as YAMLMap, entry.key, value, want);
  return [inPlace(source, entry, asBlock(source, entry, want))];
}

function replacementBelow(source: Source, map: YAMLMap, key: Node, value: Node | null, want: unknown): readonly Edit[] {
  const { text, layout } = source;
  if (value !== null && isBlockOfKind(value, want)) return [inPlace(source, value, asBlock(source, value, want))];
  const colon = text.indexOf(':', endOf(text, key)) + 1;
  const written = value !== null && !isEmpty(value);
  const end = written ? endOf(text, value) : colon;
  // A value on the line of the key: what stands before it, an anchor, stays.
  const start = written && !isBlock(value) ? text.slice(0, startOf(value)).trimEnd().length : colon;
  if (!hasEntries(want)) return [{ start, end, text: ` ${flowText(want)}` }];
  const indent = layout.eol + indentAt(text, startOf(key));
  const lines = valueLines(want, layoutIn(text, map, layout)).map((line) => indent + line);
  return [{ start, end, text: '' }, insertAt(lineEnd(text, end), lines.join(''))];
}

function asBlock({ text, layout }: Source, node: Node, want: unknown): string {
  return blockLines(want, layout).join(layout.eol + indentAt(text, startOf(node)));
}

function inFlowOf(source: Source, inside: Collection, node: Node, want: unknown): string {
  const { text } = source;
  const indent = /^\s*/.exec(text.slice(lineStart(text, startOf(node)), startOf(node)))?.[0];
  return inFlow(source, want, isMultiline(text, inside) ? indent : undefined);
}

function inPlace({ text }: Source, node: Node, printed: string): Edit {
  return { start: startOf(node), end: endOf(text, node), text: printed };
}

function isBlock(node: Node): boolean {
  return isCollection(node) && node.flow !== true;
}

function isBlockOfKind(node: Node, want: unknown): boolean {
  return isBlock(node) && hasEntries(want) && isSeq(node) === Array.isArray(want);
}
