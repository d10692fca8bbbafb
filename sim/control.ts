import type { IncomingMessage, ServerResponse } from 'node:http';
import { Refusal } from './control/check.ts';
import { matchPath, type Reply } from './control/route.ts';
import type { BoundRoute } from './control/routes.ts';
import { listen, readBody } from './http.ts';
import type { Listening } from './listen.ts';

export interface ControlApiOptions {
  readonly routes: readonly BoundRoute[];
  /** Absent: a free one. */
  readonly port?: number;
}

/** Everything that a test does with the embedded cluster in its own process, over HTTP with JSON bodies. */
export function startControlApi({ routes, port = 0 }: ControlApiOptions): Promise<Listening> {
  return listen(async (request, response) => {
    try {
      send(response, await answer(routes, request));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      send(response, { kind: 'json', status: error.status, document: { problems: error.problems } });
    }
  }, port);
}

async function answer(routes: readonly BoundRoute[], request: IncomingMessage): Promise<Reply> {
  refuseBrowsers(request);
  const { method = 'GET' } = request;
  const url = new URL(request.url ?? '/', 'http://control');
  const body = readJson(await readBody(request), request.headers['content-type']);
  for (const route of routes) {
    const segments = route.method === method ? matchPath(route.path, url.pathname) : undefined;
    if (segments !== undefined) return route.handle({ query: url.searchParams, body }, ...segments);
  }
  const known = routes.map((route) => `${route.method} ${route.path}`);
  throw new Refusal(404, `There is no ${method} ${url.pathname}. Expected one of these:`, ...known);
}

/** A web page may send requests to this machine, too, but never without its origin. */
function refuseBrowsers({ headers }: IncomingMessage): void {
  if (headers.origin !== undefined) {
    throw new Refusal(403, 'The header Origin: a web page has no business here. Expected a request without it.');
  }
}

function readJson(text: string, contentType = 'no content-type'): unknown {
  if (text === '') return undefined;
  // What a page may send without asking first is never application/json.
  if (contentType.split(';')[0]?.trim().toLowerCase() !== 'application/json') {
    throw new Refusal(415, `content-type: ${contentType}. Expected application/json.`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Refusal(400, `body: ${error instanceof Error ? error.message : error}. Expected JSON.`);
  }
}

function send(response: ServerResponse, reply: Reply): void {
  switch (reply.kind) {
    case 'empty':
      response.writeHead(reply.status).end();
      return;
    case 'json':
      response
        .writeHead(reply.status, { 'content-type': 'application/json' })
        .end(`${JSON.stringify(reply.document, undefined, 2)}\n`);
      return;
    case 'lines': {
      response.writeHead(200, { 'content-type': 'application/x-ndjson' }).flushHeaders();
      const end = reply.follow((document) => response.write(`${JSON.stringify(document)}\n`));
      response.once('close', end);
      return;
    }
    default:
      reply satisfies never;
  }
}
