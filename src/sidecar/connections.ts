import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Far more than the containers of a pod, its probes and a curious human need together. */
const MOST_CONNECTIONS = 256;

/**
 * Keeps a stranger from exhausting the server. Beyond the limit it is not the newcomer that is turned away, which may be the
 * kubelet, but the oldest connection of the address that has the most; and one that waits for its answer, as a hook does, only where
 * all do.
 */
export function limitConnections(server: Server, limit = MOST_CONNECTIONS): void {
  const open = new Map<Socket, string>();
  const waiting = new Set<Socket>();
  server.on('connection', (socket) => {
    open.set(socket, socket.remoteAddress ?? '');
    socket.once('close', () => {
      open.delete(socket);
      waiting.delete(socket);
    });
    if (open.size <= limit) return;
    const idle = [...open].filter(([each]) => each !== socket && !waiting.has(each));
    oldestOfBusiest(idle.length > 0 ? idle : [...open])?.destroy();
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
