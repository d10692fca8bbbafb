import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { HookOrigin } from '../core/request.ts';

/** Far more than the containers of a pod, its probes and a curious human need together. */
const MOST_CONNECTIONS = 256;

/**
 * Keeps a stranger from exhausting the server. Beyond the limit it is not the newcomer that is turned away, which may be the
 * kubelet, but the oldest connection of the address that has the most; and one that waits for its answer, as a hook does, only where
 * all do. One of the node, where it is known, only where there is no other.
 */
export function limitConnections(
  server: Server,
  originOf: (socket: Socket) => HookOrigin,
  limit = MOST_CONNECTIONS,
): void {
  const open = new Map<Socket, string>();
  const waiting = new Set<Socket>();
  const nodes = new Set<Socket>();
  server.on('connection', (socket) => {
    open.set(socket, socket.remoteAddress ?? '');
    if (originOf(socket) === 'node') nodes.add(socket);
    socket.once('close', () => {
      open.delete(socket);
      waiting.delete(socket);
      nodes.delete(socket);
    });
    if (open.size <= limit) return;
    const strangers = [...open].filter(([each]) => !nodes.has(each));
    const some = strangers.length > 0 ? strangers : [...open];
    const idle = some.filter(([each]) => each !== socket && !waiting.has(each));
    oldestOfBusiest(idle.length > 0 ? idle : some)?.destroy();
  });
  function markWaiting({ socket }: IncomingMessage, response: ServerResponse): void {
    waiting.add(socket);
    response.once('close', () => waiting.delete(socket));
  }
  server.on('request', markWaiting).on('checkContinue', markWaiting);
}

/** `connections` with their addresses, oldest first. */
function oldestOfBusiest(connections: readonly (readonly [Socket, string])[]): Socket | undefined {
  const counts = new Map<string, number>();
  for (const [, address] of connections) counts.set(address, (counts.get(address) ?? 0) + 1);
  const most = Math.max(...counts.values());
  return connections.find(([, address]) => counts.get(address) === most)?.[0];
}
