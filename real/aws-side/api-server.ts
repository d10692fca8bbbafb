import { once } from 'node:events';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { type RequestOptions, request as requestHttps } from 'node:https';
import { text } from 'node:stream/consumers';
import { KubeConfig } from '@kubernetes/client-node';

/** No good answer, or no whole one. */
export class ApiServerError extends Error {
  /** HTTP status. Undefined: the connection failed, broke or was called off. */
  readonly status: number | undefined;

  constructor(path: string, status: number | undefined, problem: string, cause?: unknown) {
    super(`GET ${path} at the Kubernetes API server failed: ${problem}`, { cause });
    this.status = status;
  }
}

/** A real API server, as the user of a kubeconfig. */
export interface ApiServer {
  /**
   * The lines of one answer as they come. Throws an ApiServerError for any status but 200, and where the answer breaks off; an
   * abort ends it like that, too, at any time.
   */
  lines(path: string, signal: AbortSignal): AsyncGenerator<string, void>;
}

// Not the Watch and the Log of the official client: neither can be called off before the server has answered, and a log that breaks
// off ends the process, because nobody listens for the error of its stream (client-node 2.0: log.js).
export async function connectTo(kubeconfig: string): Promise<ApiServer> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const server = config.getCurrentCluster()?.server;
  if (server === undefined) throw new Error(`${kubeconfig} has no current cluster: set current-context`);
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  return {
    async *lines(path, signal) {
      const response = await open(new URL(server + path), { ...options, signal });
      const { statusCode = 0 } = response;
      if (statusCode !== 200)
        throw new ApiServerError(path, statusCode, `HTTP ${statusCode}: ${await shorten(response)}`);
      yield* linesOf(response, path);
    },
  };
}

async function open(url: URL, options: RequestOptions): Promise<IncomingMessage> {
  const send = url.protocol === 'https:' ? requestHttps : requestHttp;
  const request = send(url, options).end();
  // Once there is an answer, it is the answer that tells of the error.
  request.on('error', () => {});
  try {
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    return response;
  } catch (error) {
    throw new ApiServerError(url.pathname, undefined, String(error), error);
  }
}

async function shorten(response: IncomingMessage): Promise<string> {
  return (await text(response).catch(() => '')).slice(0, 300);
}

async function* linesOf(response: IncomingMessage, path: string): AsyncGenerator<string, void> {
  let rest = '';
  try {
    for await (const chunk of response.setEncoding('utf8')) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
  } catch (error) {
    throw new ApiServerError(path, undefined, String(error), error);
  }
  if (rest !== '') yield rest;
}
