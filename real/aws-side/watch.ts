import type { Clock } from '../../src/core/ports.ts';
import { type ApiServer, ApiServerError } from './api-server.ts';

/** What every object of the API has. */
export interface Listed {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly resourceVersion: string;
  };
}

export interface WatchOptions<Item extends Listed> {
  readonly api: ApiServer;
  readonly clock: Clock;
  /** Of the list of all objects of this kind, in all namespaces. */
  readonly path: string;
  /** Without its CRD there are none. It may be installed at any time. Absent: a list that fails first is an error. */
  readonly optional?: boolean;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Told of each new version of an object. */
  readonly onChange: (object: Item) => void;
  /** Told of each object that has gone, as it was last. */
  readonly onGone: (object: Item) => void;
}

const RETRY_MS = 200;
/** The server ends a watch after this time, and then everything is listed anew. */
const WATCH_SECONDS = 300;

/**
 * Lists and watches all objects of one kind for as long as `signal` lets it, whatever breaks meanwhile. Resolves after the first list;
 * rejects with the ApiServerError if that fails.
 */
export function watch<Item extends Listed>(options: WatchOptions<Item>): Promise<void> {
  const { api, clock, path, optional = false, signal } = options;
  const known = createKnown(options);
  const listed = Promise.withResolvers<void>();

  async function round(): Promise<void> {
    try {
      const version = await known.list(api, path, signal);
      listed.resolve();
      await known.follow(api, `${path}?watch=true&timeoutSeconds=${WATCH_SECONDS}&resourceVersion=${version}`, signal);
    } catch (error) {
      // Anything else is a defect of ours, and must be seen.
      if (!(error instanceof ApiServerError)) throw error;
      if (optional && error.status === 404) {
        known.replace([]);
        listed.resolve();
      } else listed.reject(error);
    }
  }

  async function run(): Promise<void> {
    for (; !signal.aborted; await clock.sleep(RETRY_MS, signal)) await round();
  }

  void run();
  return listed.promise;
}

interface WatchEvent<Item> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: Item;
}

interface List<Item> {
  readonly metadata: { readonly resourceVersion: string };
  readonly items: readonly Item[] | null;
}

/** The objects that are there as far as is known. Tells of the differences. */
function createKnown<Item extends Listed>({ onChange, onGone }: Pick<WatchOptions<Item>, 'onChange' | 'onGone'>) {
  const objects = new Map<string, Item>();

  function put(object: Item): void {
    const before = objects.get(keyOf(object));
    if (before?.metadata.resourceVersion === object.metadata.resourceVersion) return;
    // Another one of the same name: the end of the first was missed.
    if (before !== undefined && before.metadata.uid !== object.metadata.uid) onGone(before);
    objects.set(keyOf(object), object);
    onChange(object);
  }

  function remove(object: Item): void {
    if (objects.delete(keyOf(object))) onGone(object);
  }

  function replace(items: readonly Item[]): void {
    const present = new Set(items.map(keyOf));
    for (const [key, object] of [...objects]) if (!present.has(key)) remove(object);
    for (const object of items) put(object);
  }

  return {
    replace,
    /** Resolves with the version from which on to watch. */
    async list(api: ApiServer, path: string, signal: AbortSignal): Promise<string> {
      const lines = await Array.fromAsync(api.lines(path, signal));
      const { metadata, items } = JSON.parse(lines.join('\n')) as List<Item>;
      replace(items ?? []);
      return metadata.resourceVersion;
    },
    /** Resolves when the server ends the watch, or says that the version is too old. */
    async follow(api: ApiServer, path: string, signal: AbortSignal): Promise<void> {
      for await (const line of api.lines(path, signal)) {
        const { type, object } = JSON.parse(line) as WatchEvent<Item>;
        if (type === 'ERROR') return;
        if (type === 'DELETED') remove(object);
        else if (type !== 'BOOKMARK') put(object);
      }
    },
  };
}

function keyOf({ metadata }: Listed): string {
  return `${metadata.namespace}/${metadata.name}`;
}
