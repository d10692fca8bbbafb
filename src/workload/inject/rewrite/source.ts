import { isMap, isScalar, type YAMLMap, type YAMLSeq } from 'yaml';
import { flowText, type Layout } from './print.ts';
import { type Entry, startOf } from './text.ts';

/** A document in its file. */
export interface Source {
  readonly text: string;
  readonly layout: Layout;
  /** Whether it is JSON: flow style with every key in quotes. */
  readonly json: boolean;
}

export type Collection = YAMLMap | YAMLSeq;

/** Whether a document is written as JSON. */
export function isJson(contents: unknown): boolean {
  if (!isMap(contents) || contents.flow !== true) return false;
  const key = contents.items[0]?.key;
  return isScalar(key) && key.type === 'QUOTE_DOUBLE';
}

/** Whether a collection in flow style has its entries on lines of their own. */
export function isMultiline(text: string, collection: Collection): boolean {
  const first = collection.items[0] as Entry;
  return text.slice(startOf(collection), startOf(first)).includes('\n');
}

/** A value in flow style; `indent` is undefined for one line. */
export function inFlow({ json, layout }: Source, value: unknown, indent: string | undefined): string {
  if (!json) return flowText(value);
  if (indent === undefined) return JSON.stringify(value);
  return JSON.stringify(value, undefined, indent.includes('\t') ? '\t' : layout.step).replaceAll(
    '\n',
    layout.eol + indent,
  );
}
