import { ApiError } from '../core/errors.ts';
import { understand } from './errors.ts';

/** Of the objects that are asked for, an EndpointSlice is the largest: 100 endpoints, some 40 KB. */
const PAGE_SIZE = 100;
/** A list has no more of them: 10,000 objects. A server that gives a next page for ever would be asked for ever. */
const MOST_PAGES = 100;
/** Nor is it longer than this unless somebody has more memory than a sidecar, in characters. Some 30,000 endpoints. */
export const LONGEST_LIST = 12 * 2 ** 20;

/** An object from the server, and the length of the answer that it came in, in characters. */
export interface Received {
  readonly object: unknown;
  readonly length: number;
}

/**
 * The items of all pages of a list; `ask` makes one call with this query. Rejects with an ApiError where an item is not as it should
 * be, and where the list is longer than `longest`, in characters: a part of it would hide that there is more.
 */
export async function readPages<Item>(
  operation: string,
  ask: (query: Readonly<Record<string, string>>) => Promise<Received>,
  toItem: (object: unknown) => Item,
  longest: number,
): Promise<readonly Item[]> {
  const items: Item[] = [];
  let length = 0;
  let query: Readonly<Record<string, string>> = { limit: String(PAGE_SIZE) };
  for (let pages = 1; ; pages += 1) {
    const received = await ask(query);
    const page = toPage(received.object, operation);
    for (const object of page.items) items.push(understand(operation, object, toItem));
    if (page.next === '') return items;
    length += received.length;
    if (pages === MOST_PAGES || length > longest) throw tooLong(pages, length, longest, operation);
    query = { ...query, continue: page.next };
  }
}

interface Page {
  readonly items: readonly unknown[];
  /** Where the next page begins; empty on the last one. */
  readonly next: string;
}

/** Nobody checks the shape before, and an answer without the list does not say that there is nothing. */
function toPage(object: unknown, operation: string): Page {
  const { items, metadata } = object as {
    readonly items?: unknown;
    readonly metadata?: { readonly continue?: unknown } | null;
  };
  if (!Array.isArray(items)) throw new ApiError('bad-response', operation, 'the answer is no list');
  const next = metadata?.continue ?? '';
  if (typeof next !== 'string')
    throw new ApiError('bad-response', operation, 'metadata.continue of the list is no text');
  return { items, next };
}

function tooLong(pages: number, length: number, longest: number, operation: string): ApiError {
  const read = `the list goes on after ${pages} pages and ${Math.round(length / 2 ** 20)} MiB`;
  const most = `at most ${MOST_PAGES} pages and ${longest / 2 ** 20} MiB are read`;
  return new ApiError(
    'bad-response',
    operation,
    `${read}, and ${most}; for holds, name the target groups by DRAIN_WAIT_TARGET_GROUPS`,
  );
}
