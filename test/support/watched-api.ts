import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { listen } from '../../sim/http.ts';
import { kubeconfig } from '../../sim/kubeconfig.ts';

/** An object as a test writes it; what a real API server fills in may be left out. */
export interface Written {
  readonly metadata: { readonly name: string; readonly [field: string]: unknown };
  readonly [field: string]: unknown;
}

/** An API server as far as somebody needs it who lists, watches and follows logs. */
export interface WatchedApi {
  /** Path of a kubeconfig. */
  readonly kubeconfig: string;
  /** Adds or replaces. `list` is the path of all objects of its kind, like `/api/v1/pods`. */
  put(list: string, object: Written): void;
  remove(list: string, name: string): void;
  /** Ends the answers that are under way for this list, or log `pod/container`; from then on they are this. Undefined: as usual again. */
  refuse(path: string, answer: number | 'broken' | undefined): void;
  /** How many requests have been refused so far. */
  refusals(): number;
  /** Closes every connection, so that nobody is told what happens next. */
  breakOff(): void;
  /** Ends all watches of this list because their version is too old. */
  expire(list: string): void;
  /** One more line in the log of `pod/container`, for which the container runtime has this stamp. */
  print(log: string, stamp: string, text: string): void;
  /** Another run of it: whoever follows has come to the end, and the log begins anew. */
  restartLog(log: string): void;
}

interface Stream {
  readonly path: string;
  readonly response: ServerResponse;
}

interface Happened {
  readonly version: number;
  readonly list: string;
  readonly line: string;
}

export async function startWatchedApi(): Promise<WatchedApi> {
  const objects = new Map<string, Map<string, Written>>();
  const logs = new Map<string, string[]>();
  const refused = new Map<string, number | 'broken'>();
  const streams = new Set<Stream>();
  let happened: readonly Happened[] = [];
  let version = 100;
  let refusals = 0;

  const listOf = (path: string) => getOrSet(objects, path, () => new Map<string, Written>());
  const logOf = (path: string) => getOrSet(logs, path, () => []);

  function tell(path: string, line: string): void {
    for (const stream of streams) if (stream.path === path) stream.response.write(`${line}\n`);
  }

  function end(path: string): void {
    for (const stream of streams) {
      if (stream.path !== path) continue;
      streams.delete(stream);
      stream.response.end();
    }
  }

  function changed(list: string, type: string, object: unknown): void {
    const line = JSON.stringify({ type, object });
    happened = [...happened, { version, list, line }];
    tell(list, line);
  }

  function follow(path: string, response: ServerResponse, lines: readonly string[]): void {
    const stream = { path, response };
    streams.add(stream);
    response.once('close', () => streams.delete(stream));
    response.flushHeaders();
    for (const line of lines) response.write(`${line}\n`);
  }

  function since(list: string, from: number): readonly string[] {
    return happened.filter((one) => one.list === list && one.version > from).map(({ line }) => line);
  }

  function handle(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://kubernetes');
    const [, pod] = /\/pods\/([^/]+)\/log$/.exec(pathname) ?? [];
    const path = pod === undefined ? pathname : `${pod}/${searchParams.get('container')}`;
    const refusal = refused.get(path);
    if (refusal !== undefined) refusals += 1;
    if (refusal === 'broken') response.destroy();
    else if (refusal !== undefined) response.writeHead(refusal).end('refused by the test');
    else if (pod !== undefined) follow(path, response, logOf(path));
    else if (searchParams.get('watch') === 'true')
      follow(path, response, since(path, Number(searchParams.get('resourceVersion'))));
    else
      response.end(JSON.stringify({ metadata: { resourceVersion: `${version}` }, items: [...listOf(path).values()] }));
  }

  const server = await listen(handle);
  const folder = await mkdtemp(join(tmpdir(), 'watched-api-'));
  const file = join(folder, 'kubeconfig');
  await writeFile(file, kubeconfig(server.url));
  onTestFinished(async () => {
    await server.close();
    await rm(folder, { recursive: true });
  });

  return {
    kubeconfig: file,
    put(list, { metadata, ...object }) {
      version += 1;
      const known = listOf(list).get(metadata.name);
      const uid = known?.metadata.uid ?? randomUUID();
      const written = { ...object, metadata: { namespace: 'shop', uid, ...metadata, resourceVersion: `${version}` } };
      listOf(list).set(metadata.name, written);
      changed(list, known === undefined ? 'ADDED' : 'MODIFIED', written);
    },
    remove(list, name) {
      const object = listOf(list).get(name);
      version += 1;
      listOf(list).delete(name);
      changed(list, 'DELETED', object);
    },
    refuse(path, answer) {
      if (answer === undefined) refused.delete(path);
      else refused.set(path, answer);
      end(path);
    },
    refusals: () => refusals,
    breakOff() {
      for (const { response } of streams) response.destroy();
      streams.clear();
    },
    expire(list) {
      happened = [];
      tell(list, JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code: 410 } }));
      end(list);
    },
    print(log, stamp, text) {
      logOf(log).push(`${stamp} ${text}`);
      tell(log, `${stamp} ${text}`);
    },
    restartLog(log) {
      logs.delete(log);
      end(log);
    },
  };
}

function getOrSet<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const value = map.get(key) ?? make();
  map.set(key, value);
  return value;
}
