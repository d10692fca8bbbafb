import type { AddressInfo, Server, Socket } from 'node:net';

/** A listening server of the embedded cluster. */
export interface Listening {
  /** `http://<address>:<port>`, on loopback unless asked otherwise; without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** Stops listening and closes every connection, hanging ones too. */
  close(): Promise<void>;
}

/** Port 0 takes a free one. `host` is an IPv4 address; absent: loopback. */
export async function listenOn(server: Server, port = 0, host = '127.0.0.1'): Promise<Listening> {
  const clients = new Set<Socket>();
  server.on('connection', (client) => {
    clients.add(client);
    client.once('close', () => clients.delete(client));
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  const { port: actual } = server.address() as AddressInfo;
  return {
    url: `http://${host}:${actual}`,
    port: actual,
    close() {
      return new Promise((resolve) => {
        server.close(() => resolve());
        for (const client of clients) client.destroy();
      });
    },
  };
}
