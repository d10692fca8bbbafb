import { stringify } from 'yaml';
import { isPlain } from '../plain.ts';

/** How a document is written, so that what is added looks like what is there. */
export interface Layout {
  /** Spaces by which a map is indented below its key. */
  readonly step: number;
  /** Spaces by which a sequence is indented below its key. */
  readonly sequenceOffset: number;
  /** The line break. */
  readonly eol: string;
}

export function hasEntries(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : isPlain(value) && Object.keys(value).length > 0;
}

/** The lines of a value in block style. */
export function blockLines(value: unknown, layout: Layout): readonly string[] {
  if (!hasEntries(value)) return [flowText(value)];
  if (Array.isArray(value)) return value.flatMap((item) => itemLines(item, layout));
  return isPlain(value) ? Object.entries(value).flatMap(([key, each]) => pairLines(key, each, layout)) : [];
}

export function itemLines(item: unknown, layout: Layout): readonly string[] {
  return blockLines(item, layout).map((line, index) => (index === 0 ? `- ${line}` : `  ${line}`));
}

export function pairLines(key: string, value: unknown, layout: Layout): readonly string[] {
  return hasEntries(value)
    ? [`${scalarText(key)}:`, ...valueLines(value, layout)]
    : [`${scalarText(key)}: ${flowText(value)}`];
}

/** The lines of a value that is not empty, as they stand below its key. */
export function valueLines(value: unknown, layout: Layout): readonly string[] {
  const indent = ' '.repeat(Array.isArray(value) ? layout.sequenceOffset : layout.step);
  return blockLines(value, layout).map((line) => indent + line);
}

/** A value in flow style, on one line. */
export function flowText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flowText).join(', ')}]`;
  if (isPlain(value)) {
    const pairs = Object.entries(value).map(([key, each]) => `${scalarText(key)}: ${flowText(each)}`);
    return pairs.length === 0 ? '{}' : `{ ${pairs.join(', ')} }`;
  }
  return typeof value === 'string' && /[,[\]{}\n]/.test(value) ? JSON.stringify(value) : scalarText(value);
}

/** Kubernetes reads YAML 1.1, in which more words than in 1.2 need quotes. */
function scalarText(value: unknown): string {
  return stringify(value, { version: '1.1', lineWidth: 0 }).trimEnd();
}
