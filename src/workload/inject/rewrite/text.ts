import { isAlias, isCollection, isNode, isPair, isScalar, type Node, type Pair } from 'yaml';

/** Text in place of what stands from `start` to before `end`. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** An item of a sequence, or a key with its value. */
export type Entry = Node | Pair<Node, Node | null>;

/** Edits do not overlap. Those at one place are applied in the order in which they are given. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  const sorted = [...edits].sort((a, b) => a.start - b.start || a.end - b.end);
  const pieces = sorted.map((edit, index) => edit.text + text.slice(edit.end, sorted[index + 1]?.start));
  return text.slice(0, sorted[0]?.start) + pieces.join('');
}

export function insertAt(offset: number, text: string): Edit {
  return { start: offset, end: offset, text };
}

export function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1;
}

/** Before the line break, or the end of the text. */
export function lineEnd(text: string, offset: number): number {
  const newline = text.indexOf('\n', offset);
  if (newline === -1) return text.length;
  return text[newline - 1] === '\r' ? newline - 1 : newline;
}

/** White space as wide as what stands on the line before an offset. */
export function indentAt(text: string, offset: number): string {
  return text.slice(lineStart(text, offset), offset).replace(/[^\t]/g, ' ');
}

export function startOf(entry: Entry): number {
  return (isPair(entry) ? entry.key : entry).range?.[0] ?? 0;
}

/** Where the last thing of an entry ends, before comments and blank lines. */
export function endOf(text: string, entry: Entry): number {
  if (isPair(entry)) {
    return isNode(entry.value) && !isEmpty(entry.value) ? endOf(text, entry.value) : rangeEnd(entry.key);
  }
  if (isCollection(entry) && entry.flow !== true) {
    const last = entry.items.at(-1);
    return isNode(last) || isPair<Node, Node | null>(last) ? endOf(text, last) : rangeEnd(entry);
  }
  return isScalar(entry) && entry.type?.startsWith('BLOCK') ? endOfBlockScalar(text, entry) : rangeEnd(entry);
}

/** The end of the line on which an entry ends, or of the comments below it that are indented deeper than `column`: they are about the entry. */
export function endWithComments(text: string, entry: Entry, column: number): number {
  const comments = /(?:\r?\n[ \t]*)*\r?\n( *)#[^\r\n]*/y;
  let end = lineEnd(text, endOf(text, entry));
  for (;;) {
    comments.lastIndex = end;
    const indent = comments.exec(text)?.[1];
    if (indent === undefined || indent.length <= column) return end;
    end = comments.lastIndex;
  }
}

/** A value of which nothing is written. */
export function isEmpty(node: Node): boolean {
  return !isAlias(node) && !isCollection(node) && startOf(node) === rangeEnd(node);
}

function rangeEnd(node: Node): number {
  return node.range?.[1] ?? 0;
}

/** `|+` and `>+` keep the blank lines at their end: they belong to the text. */
function endOfBlockScalar(text: string, node: Node): number {
  const source = text.slice(startOf(node), rangeEnd(node));
  const keeps = /^[|>]\d?\+/.test(source);
  return startOf(node) + (keeps ? source.replace(/\r?\n$/, '') : source.trimEnd()).length;
}
