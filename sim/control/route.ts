import { Refusal } from './check.ts';

/** What a request brings, beside the parts of its path. */
export interface ControlRequest {
  readonly query: URLSearchParams;
  /** Absent: the request had none. */
  readonly body: unknown;
}

export type Reply =
  | { readonly kind: 'json'; readonly status: number; readonly document: unknown }
  | { readonly kind: 'empty'; readonly status: number }
  /** One JSON document a line, until the client has enough. `follow` returns the function that ends it. */
  | { readonly kind: 'lines'; readonly follow: (write: (document: unknown) => void) => () => void };

/** One row of the table that the server, `GET /`, the 404 text and the documentation are made of. */
export interface Route<Parts> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** `/pods/:namespace/:name`. */
  readonly path: string;
  /** What it does, in one line. */
  readonly about: string;
  /** A body that it takes. Absent: it takes none. */
  readonly example?: unknown;
  /** Gets the named segments of the path in their order. Throws a Refusal for what it will not do. */
  readonly handle: (parts: Parts, request: ControlRequest, ...segments: string[]) => Reply | Promise<Reply>;
}

export function json(document: unknown, status = 200): Reply {
  return { kind: 'json', status, document };
}

/** It is done, and there is nothing to tell. */
export const done: Reply = { kind: 'empty', status: 204 };
/** It has begun; the timeline tells the rest. */
export const begun: Reply = { kind: 'empty', status: 202 };

/** The named segments of `path`, decoded; undefined where it is not a path of this pattern. */
export function matchPath(pattern: string, path: string): readonly string[] | undefined {
  const expected = pattern.split('/');
  const given = path.split('/');
  if (given.length !== expected.length) return undefined;
  const isNamed = (index: number) => expected[index]?.startsWith(':') === true;
  if (given.some((segment, index) => !isNamed(index) && segment !== expected[index])) return undefined;
  return given.filter((_, index) => isNamed(index)).map(decode);
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new Refusal(400, `path: ${segment}. Expected % only before two hexadecimal digits.`);
  }
}
