import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type HoldSummary, REASONS } from '../core/outcome.ts';
import type { HookOrigin } from '../core/request.ts';
import { limitConnections } from './connections.ts';

export interface SidecarServerOptions {
  /** 0 takes a free one. */
  readonly port: number;
  readonly originOf: (socket: Socket) => HookOrigin;
  /** Joins the hold. Called once for each hook call, however long it takes. */
  readonly preStop: (origin: HookOrigin) => Promise<HoldSummary>;
  /** What `/status` shows, as an object for JSON. */
  readonly status: () => unknown;
  /** What `/metrics` shows. Absent: there is no such path. */
  readonly metrics?: MetricsPage | undefined;
}

export interface MetricsPage {
  readonly contentType: string;
  readonly text: () => Promise<string>;
}

export interface SidecarServer {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * How many connections may wait to be accepted. Node's 511 are full for a moment when a thousand come at once, and then the kubelet's own
 * is tried again only a second later.
 */
const BACKLOG = 4_096;

interface Route {
  readonly methods: readonly string[];
  readonly handle: (response: ServerResponse) => Promise<void> | void;
}

/**
 * The HTTP face: `/prestop`, `/healthz`, `/readyz`, `/status` and, where they are switched on, `/metrics`, on all interfaces, because
 * the kubelet calls the pod IP.
 * Rejects with the listening error, for example EADDRINUSE.
 */
export async function startServer(options: SidecarServerOptions): Promise<SidecarServer> {
  const { port, originOf, preStop, status, metrics } = options;
  const routes: Readonly<Record<string, Route>> = {
    '/prestop': {
      methods: ['GET', 'POST'],
      // Not one byte before the release: the kubelet takes a broken body for an answer (facts: kubelet, lifecycle/handlers.go).
      handle: async (response) => {
        const summary = await preStop(originOf(response.req.socket));
        sendJson(response, REASONS[summary.reason].httpStatus, summary);
      },
    },
    '/healthz': { methods: ['GET', 'HEAD'], handle: (response) => sendJson(response, 200, { ok: true }) },
    // Configuration errors stop the process before it listens, so whoever can ask has a ready sidecar.
    '/readyz': { methods: ['GET', 'HEAD'], handle: (response) => sendJson(response, 200, { ok: true }) },
    '/status': { methods: ['GET', 'HEAD'], handle: (response) => sendJson(response, 200, status()) },
    ...(metrics === undefined ? {} : { '/metrics': metricsRoute(metrics) }),
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A caller that hangs up, or that sends a body nobody asked for, changes nothing.
    request.on('error', () => {}).resume();
    response.on('error', () => {});
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
    if (route === undefined) {
      return sendJson(response, 404, { error: `Nothing is here. There are ${Object.keys(routes).join(', ')}.` });
    }
    if (!route.methods.includes(request.method ?? '')) {
      response.setHeader('allow', route.methods.join(', '));
      return sendJson(response, 405, { error: `Use ${route.methods.join(' or ')}.` });
    }
    await route.handle(response);
  }

  const server = createServer({
    maxHeaderSize: 8 * 1024,
    headersTimeout: 5_000,
    requestTimeout: 10_000,
    keepAliveTimeout: 5_000,
    connectionsCheckingInterval: 1_000,
  });
  server.maxRequestsPerSocket = 100;
  server.on('request', answer);
  // Node would answer `100 Continue` by itself, before any release.
  server.on('checkContinue', answer);
  limitConnections(server, originOf);
  await listen(server, port);
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      return new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, backlog: BACKLOG }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function metricsRoute({ contentType, text }: MetricsPage): Route {
  return {
    methods: ['GET', 'HEAD'],
    handle: async (response) => send(response, 200, contentType, await text()),
  };
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  send(response, status, 'application/json', `${JSON.stringify(value)}\n`);
}

function send(response: ServerResponse, status: number, contentType: string, body: string): void {
  response.writeHead(status, { 'content-type': contentType, 'content-length': Buffer.byteLength(body) });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}
