import { isPair } from 'yaml';
import type { Source } from './source.ts';
import { type Edit, type Entry, endOf, lineEnd, lineStart, startOf } from './text.ts';

/** An entry of a collection in block style goes. Undefined where it does not stand on lines of its own. */
export function removal({ text }: Source, entry: Entry, next: Entry | undefined): Edit | undefined {
  const start = isPair(entry) ? startOf(entry) : dashOf(text, startOf(entry));
  const alone = text.slice(lineStart(text, start), start).trim() === '';
  if (!alone) return next === undefined ? undefined : { start, end: startOf(next), text: '' };
  // With the line break before it: the one behind it may be where something else is added.
  const from = lineStart(text, start);
  return { start: from === 0 ? 0 : lineEnd(text, from - 1), end: lineEnd(text, endOf(text, entry)), text: '' };
}

/** The dash of an item: before it there may stand an anchor, and comments. */
function dashOf(text: string, start: number): number {
  for (let line = lineStart(text, start); ; line = lineStart(text, line - 1)) {
    const dash = /^[ ]*-(?=\s)/.exec(text.slice(line, start));
    if (dash !== null) return line + dash[0].length - 1;
    if (line === 0) return start;
  }
}
