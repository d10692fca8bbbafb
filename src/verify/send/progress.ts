import type { ClientRequest } from 'node:http';
import { isIP, type Socket } from 'node:net';

/** What a request waits for: the address of its name, the connection, the TLS handshake, the answer. */
export type Phase = 'name' | 'connection' | 'handshake' | 'answer';

/** How far a request has come. */
export interface Progress {
  readonly phase: () => Phase;
  /** Bytes of the answer to this request: an old connection has received others before. */
  readonly received: () => number;
}

/** Follows a request from before it has a connection. */
export function follow(sent: ClientRequest): Progress {
  const isSecure = sent.protocol === 'https:';
  let phase: Phase = isIP(sent.host.replaceAll(/[[\]]/g, '')) === 0 ? 'name' : 'connection';
  let socket: Socket | undefined;
  let before = 0;

  function enter(next: Phase): void {
    phase = next;
  }

  sent.once('socket', (given) => {
    socket = given;
    before = given.bytesRead;
    if (sent.reusedSocket) return enter('answer');
    given.once('lookup', (error: Error | null) => {
      if (error === null) enter('connection');
    });
    given.once('connect', () => enter(isSecure ? 'handshake' : 'answer'));
    given.once('secureConnect', () => enter('answer'));
  });
  return { phase: () => phase, received: () => (socket?.bytesRead ?? 0) - before };
}
