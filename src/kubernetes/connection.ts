import { type Agent, request as requestHttp } from 'node:http';
import { type RequestOptions, request as requestHttps } from 'node:https';

/** An answer of the API server, whatever its status. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** A way to the API server, as somebody it knows. */
export interface Connection {
  /** One GET; `path` begins with a slash and may have a query. Rejects where no whole answer comes, and soon after an abort. */
  get(path: string, signal: AbortSignal): Promise<Answer>;
}

/** What a connection needs to know of the server and of us. `agent` fits the URL's protocol. */
export interface Server {
  readonly url: URL;
  readonly agent: Agent;
  readonly options: Pick<RequestOptions, 'headers' | 'auth'>;
}

/** Plain `node:https`: for its few reads a hold would pay some 10 MB for the client of the whole API (docs/footprint.md). */
export function connectTo({ url, agent, options }: Server): Connection {
  const send = url.protocol === 'https:' ? requestHttps : requestHttp;
  const prefix = url.pathname.replace(/\/$/, '');
  return {
    get(path, signal) {
      const headers = { ...options.headers, accept: 'application/json' };
      return new Promise((resolve, reject) => {
        const request = send(new URL(prefix + path, url), { ...options, agent, headers, signal });
        request.on('error', reject).once('response', (response) => {
          let body = '';
          response.setEncoding('utf8').on('data', (text: string) => {
            body += text;
          });
          response.on('error', reject);
          response.once('end', () => resolve({ status: response.statusCode ?? 0, body }));
        });
        request.end();
      });
    },
  };
}
