import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type Listening, listenOn } from './listen.ts';

/** Port 0 takes a free one. `host` is an IPv4 address; absent: loopback. */
export function listen(
  handle: (request: IncomingMessage, response: ServerResponse) => Promise<void> | void,
  port?: number,
  host?: string,
): Promise<Listening> {
  const server = createServer((request, response) => {
    Promise.resolve(handle(request, response)).catch((error: unknown) => {
      // A defect of the simulator must be seen, and must not look like a fault that somebody planted.
      console.error('the embedded cluster failed', error);
      response.destroy();
    });
  });
  return listenOn(server, port, host);
}

/** The whole body of a request as text. */
export async function readBody(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += chunk;
  return body;
}
