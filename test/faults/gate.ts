import { connect, createServer, type Server, type Socket } from 'node:net';
import { listenOn } from '../../sim/listen.ts';

/** The way to one API, which can be shut without the API knowing. */
export interface Gate {
  readonly port: number;
  /** From now on connections are refused, and those that are open break. */
  refuse(): void;
  /** Breaks the connections that are open; new ones are let through. */
  drop(): void;
  /** From now on a connection that the API ends is reset: the client gets no orderly end. */
  resetAtEnd(): void;
  close(): Promise<void>;
}

/** `host` is an address of this machine that nobody else listens on, so that a refused port stays one. */
export async function openGate(host: string, to: { readonly port: number }): Promise<Gate> {
  const open = new Set<Socket>();
  let resets = false;

  function pass(client: Socket): void {
    const upstream = connect({ host: '127.0.0.1', port: to.port, noDelay: true });
    client.setNoDelay(true);
    open.add(client);
    client
      .on('error', () => {})
      .once('close', () => {
        open.delete(client);
        upstream.destroy();
      });
    upstream.on('error', () => {}).once('close', () => (resets ? client.resetAndDestroy() : client.destroySoon()));
    client.pipe(upstream);
    upstream.pipe(client, { end: false });
  }

  const server: Server = createServer(pass);
  const listening = await listenOn(server, 0, host);
  const drop = (): void => {
    for (const client of open) client.resetAndDestroy();
  };
  return {
    port: listening.port,
    refuse() {
      server.close();
      drop();
    },
    drop,
    resetAtEnd() {
      resets = true;
    },
    close: () => listening.close(),
  };
}
