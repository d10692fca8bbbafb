import { type Agent, request as requestHttp } from 'node:http';
import { type RequestOptions, request as requestHttps } from 'node:https';

/** An answer of the API server, whatever its status. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** A way to the API server, as somebody it knows. A path begins with a slash and may have a query. */
export interface Connection {
  /** One GET. Rejects where no whole answer comes, with AnswerTooLong where it does not end, and soon after an abort. */
  get(path: string, signal: AbortSignal): Promise<Answer>;
  /** One POST of a body in JSON; ends as a GET does. */
  post(path: string, body: string, signal: AbortSignal): Promise<Answer>;
}

/**
 * The longest answer that is read, in characters. A page of 100 EndpointSlices with 100 endpoints each, the most that Kubernetes puts
 * into one unless told otherwise, has half of it; an answer of three times as much would take all memory of the sidecar, and end its
 * hold with it.
 */
const LONGEST_ANSWER = 8 * 2 ** 20;

/** The answer is longer than anything that is asked for; asking again would not change it. */
export class AnswerTooLong extends Error {
  override readonly name = 'AnswerTooLong';
}

/** What a connection needs to know of the server and of us. `agent` fits the URL's protocol. */
export interface Server {
  readonly url: URL;
  readonly agent: Agent;
  readonly options: Pick<RequestOptions, 'headers' | 'auth'>;
}

/** Plain `node:https`: for its few calls a hold would pay some 10 MB for the client of the whole API (docs/footprint.md). */
export function connectTo({ url, agent, options }: Server): Connection {
  const send = url.protocol === 'https:' ? requestHttps : requestHttp;
  const prefix = url.pathname.replace(/\/$/, '');
  const secrets = secretsIn(options);

  function call(method: 'GET' | 'POST', path: string, body: string | undefined, signal: AbortSignal): Promise<Answer> {
    const headers = {
      ...options.headers,
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
    };
    return new Promise((resolve, reject) => {
      const request = send(new URL(prefix + path, url), { ...options, agent, method, headers, signal });
      request.on('error', reject).once('response', (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
          if (text.length <= LONGEST_ANSWER) return;
          reject(new AnswerTooLong(`the answer is longer than ${LONGEST_ANSWER / 2 ** 20} MiB, and is not read`));
          request.destroy();
        });
        response.on('error', reject);
        response.once('end', () => {
          const status = response.statusCode ?? 0;
          resolve({ status, body: status < 400 ? text : without(secrets, text) });
        });
      });
      request.end(body);
    });
  }

  return {
    get: (path, signal) => call('GET', path, undefined, signal),
    post: (path, body, signal) => call('POST', path, body, signal),
  };
}

/** What our requests show of us; a server, or a proxy before it, may say it back where it refuses them. */
function secretsIn({ headers, auth }: Server['options']): readonly string[] {
  const credentials = Object.values(headers ?? {}).flatMap((value) => String(value).split(' ').slice(1));
  return [...credentials, ...(auth == null ? [] : [auth])].filter((secret) => secret !== '');
}

function without(secrets: readonly string[], text: string): string {
  return secrets.reduce((left, secret) => left.replaceAll(secret, '[redacted]'), text);
}
