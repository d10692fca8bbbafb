import { type IncomingMessage, request } from 'node:http';
import type { Clock } from '../../src/core/ports.ts';
import type { HttpGetAction } from '../kubernetes/objects.ts';
import type { Container } from './container.ts';

/** Of the body the kubelet reads this much at most (kubelet: lifecycle/handlers.go). */
const MAX_BODY_BYTES = 10 * 1_024;

/** The status is for the record: the kubelet does not look at it. */
export type HookOutcome =
  | { readonly kind: 'answered'; readonly status?: number }
  | { readonly kind: 'failed'; readonly error: string };

export interface SocketAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * Where a call to `host` and `port` really goes. `host` is the pod's IP, or the hook's own, for which 127.0.0.1 is the
 * node. Undefined: connection refused.
 */
export type AddressBook = (host: string, port: number) => SocketAddress | undefined;

/** Every pod IP is on loopback, and nothing listens on the node. */
export function loopback(host: string, port: number): SocketAddress | undefined {
  return host === '127.0.0.1' || host === 'localhost' ? undefined : { host: '127.0.0.1', port };
}

export interface HookOptions {
  readonly clock: Clock;
  readonly address: AddressBook;
  readonly podIp: string | undefined;
  /** Ends the call; the outcome then means nothing. */
  readonly signal: AbortSignal;
}

/** Runs the container's hook to its end, without any time limit of its own. Never rejects. */
export async function runPreStop(container: Container, options: HookOptions): Promise<HookOutcome> {
  const { preStop } = container;
  if (preStop === undefined) return { kind: 'answered' };
  if ('httpGet' in preStop) return callHttpHook(preStop.httpGet, container, options);
  await options.clock.sleep(preStop.sleep.seconds * 1_000, options.signal);
  return { kind: 'answered' };
}

function callHttpHook(action: HttpGetAction, container: Container, options: HookOptions): Promise<HookOutcome> {
  const { host = options.podIp ?? '' } = action;
  const port = resolvePort(action, container);
  if (port === undefined) return Promise.resolve({ kind: 'failed', error: `no port named ${action.port}` });
  const address = options.address(host, port);
  if (address === undefined) return Promise.resolve({ kind: 'failed', error: `connect ECONNREFUSED ${host}:${port}` });
  return get(address, action, options.signal);
}

function resolvePort({ port }: HttpGetAction, container: Container): number | undefined {
  if (typeof port === 'number') return port;
  return container.portNamed(port) ?? (/^\d+$/.test(port) ? Number(port) : undefined);
}

function get(address: SocketAddress, { path = '/', httpHeaders = [] }: HttpGetAction, signal: AbortSignal) {
  const headers = {
    'user-agent': 'kube-lifecycle/1.36',
    accept: '*/*',
    ...Object.fromEntries(httpHeaders.map(({ name, value }) => [name.toLowerCase(), value])),
  };
  const fullPath = path.startsWith('/') ? path : `/${path}`;
  return new Promise<HookOutcome>((resolve) => {
    request({ ...address, path: fullPath, headers, agent: false, signal })
      .on('response', (response) => void readLimited(response).then(resolve))
      .on('error', ({ message }) => resolve({ kind: 'failed', error: message }))
      .end();
  });
}

/** From the first byte on nothing counts as a failure any more, a broken body included. */
async function readLimited(response: IncomingMessage): Promise<HookOutcome> {
  let bytes = 0;
  try {
    for await (const chunk of response) {
      bytes += (chunk as Buffer).length;
      if (bytes >= MAX_BODY_BYTES) break;
    }
  } catch {}
  response.destroy();
  return { kind: 'answered', status: response.statusCode ?? 0 };
}
