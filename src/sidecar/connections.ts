import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** Far more than the containers of a pod, its probes and a curious human need together. */
const MOST_CONNECTIONS = 256;

/**
 * Keeps a stranger from exhausting the server. Beyond the limit it is not the newcomer that is turned away, which may be the
 * kubelet, but the oldest connection of the address that has the most.
 */
export function limitConnections(server: Server, limit = MOST_CONNECTIONS): void {
  const open = new Map<Socket, string>();
  server.on('connection', (socket) => {
    open.set(socket, socket.remoteAddress ?? '');
    socket.once('close', () => open.delete(socket));
    if (open.size > limit) oldestOfBusiest(open)?.destroy();
  });
}

function oldestOfBusiest(open: ReadonlyMap<Socket, string>): Socket | undefined {
  const counts = new Map<string, number>();
  for (const address of open.values()) counts.set(address, (counts.get(address) ?? 0) + 1);
  const most = Math.max(...counts.values());
  return [...open].find(([, address]) => counts.get(address) === most)?.[0];
}
