import {
  type Agent,
  type ClientRequest,
  createServer,
  type IncomingMessage,
  request,
  type ServerResponse,
} from 'node:http';
import { pipeline } from 'node:stream';
import type { Clock } from '../../src/core/ports.ts';
import type { SocketAddress } from '../kubelet/pre-stop.ts';
import { type Listening, listenOn } from '../listen.ts';
import { endToEnd } from './headers.ts';
import { type RouteOptions, roundRobin } from './route.ts';
import { TargetConnections } from './target-connections.ts';

export interface AlbOptions extends RouteOptions {
  readonly clock: Clock;
  /** Absent: a free one. */
  readonly port?: number;
}

// What is answered when, and these limits: AWS, "Troubleshoot your Application Load Balancers".
const CONNECT_TIMEOUT_MS = 10_000;
const IDLE_TIMEOUT_MS = 60_000;

const REASONS = {
  502: 'Bad Gateway',
  503: 'Service Temporarily Unavailable',
  504: 'Gateway Time-out',
} as const;

/** A request of a client on its way through the load balancer. */
interface Exchange {
  readonly incoming: IncomingMessage;
  readonly response: ServerResponse;
  /** Aborted when the client has its answer, or has hung up. */
  readonly over: AbortSignal;
}

/**
 * An Application Load Balancer: a reverse proxy that sends each request to one of the targets, whoever answers or not.
 * It never tries another one, and a request under way is not disturbed when its target is no longer routed to.
 */
export async function startAlb(options: AlbOptions): Promise<Listening> {
  const { clock, port } = options;
  const agent = new TargetConnections({ clock, idleTimeoutMs: IDLE_TIMEOUT_MS });
  const next = roundRobin(options);

  function serve(exchange: Exchange) {
    const route = next();
    switch (route.kind) {
      case 'no target':
        return fail(exchange, 503);
      case 'lost':
        return void waitInVain(clock, exchange);
      case 'target':
        return forward(clock, agent, exchange, route.address);
      default:
        return route satisfies never;
    }
  }

  // Node's own limits count real time. None of them may end what the load balancer's would let live.
  const server = createServer({ keepAliveTimeout: 0, headersTimeout: 0, requestTimeout: 0 }, (incoming, response) => {
    const over = new AbortController();
    response.once('close', () => over.abort());
    serve({ incoming, response, over: over.signal });
  });
  const listening = await listenOn(server, port);
  return {
    ...listening,
    async close() {
      await listening.close();
      agent.destroy();
    },
  };
}

/** What a connection to a target that is not there comes to. */
async function waitInVain(clock: Clock, exchange: Exchange): Promise<void> {
  exchange.incoming.resume();
  await clock.sleep(CONNECT_TIMEOUT_MS, exchange.over);
  fail(exchange, 504);
}

function forward(clock: Clock, agent: Agent, exchange: Exchange, address: SocketAddress): void {
  const { incoming, response, over } = exchange;
  const outgoing = request({
    ...address,
    agent,
    method: incoming.method,
    path: incoming.url,
    headers: endToEnd(incoming.rawHeaders, { keepFraming: true }),
  });
  // Refused, reset, closed too early, or not HTTP. After the header it is the broken answer that tells.
  outgoing.on('error', () => {
    if (!response.headersSent) fail(exchange, 502);
  });
  outgoing.on('response', (answer) => passOn(answer, response));
  // A target may answer without having read everything; the rest must not block the client's next request.
  outgoing.once('close', () => incoming.resume());
  over.addEventListener('abort', () => outgoing.destroy());
  void limit(clock, exchange, outgoing);
  incoming.pipe(outgoing);
}

function passOn(answer: IncomingMessage, response: ServerResponse): void {
  response.writeHead(answer.statusCode ?? 0, answer.statusMessage, endToEnd(answer.rawHeaders, { keepFraming: false }));
  // Clients see the header when the load balancer does, and not only with the first bytes of the body.
  response.flushHeaders();
  // Breaks the one if the other breaks.
  pipeline(answer, response, () => {});
}

/** Gives up on a target that does not take the connection in time, or that nothing is heard of for too long. */
async function limit(clock: Clock, exchange: Exchange, outgoing: ClientRequest): Promise<void> {
  const { over } = exchange;
  const connecting = new AbortController();
  const connected = () => connecting.abort();
  over.addEventListener('abort', connected);
  outgoing.once('socket', (socket) => (socket.connecting ? socket.once('connect', connected) : connected()));
  const silent = silence(clock, exchange, outgoing);
  await clock.sleep(CONNECT_TIMEOUT_MS, connecting.signal);
  if (connecting.signal.aborted) await silent;
  if (over.aborted) return;
  fail(exchange, 504);
  outgoing.destroy();
}

/** Resolves when nothing has come from either side for the idle timeout, or at the end of the exchange. */
async function silence(clock: Clock, { incoming, over }: Exchange, outgoing: ClientRequest): Promise<void> {
  let heardAt = clock.now();
  const hear = () => {
    heardAt = clock.now();
  };
  incoming.on('data', hear);
  outgoing.once('response', (answer) => {
    hear();
    answer.on('data', hear);
  });
  while (!over.aborted) {
    const leftMs = heardAt + IDLE_TIMEOUT_MS - clock.now();
    if (leftMs <= 0) return;
    await clock.sleep(leftMs, over);
  }
}

/** Answers in the load balancer's own name; once the header has been sent all that is left is to break the connection. */
function fail({ incoming, response, over }: Exchange, status: keyof typeof REASONS): void {
  if (over.aborted) return;
  if (response.headersSent) {
    response.destroy();
    return;
  }
  incoming.resume();
  const title = `${status} ${REASONS[status]}`;
  const page = [
    '<html>',
    `<head><title>${title}</title></head>`,
    '<body>',
    `<center><h1>${title}</h1></center>`,
    '</body>',
    '</html>',
    '',
  ].join('\r\n');
  response
    .writeHead(status, REASONS[status], {
      server: 'awselb/2.0',
      'content-type': 'text/html',
      'content-length': Buffer.byteLength(page),
    })
    .end(page);
}
