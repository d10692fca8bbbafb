import { connect, createServer, type Socket } from 'node:net';
import type { SocketAddress } from '../kubelet/pre-stop.ts';
import { type Listening, listenOn } from '../listen.ts';
import { type RouteOptions, roundRobin } from './route.ts';

export interface NlbOptions extends RouteOptions {
  /** Absent: a free one. */
  readonly port?: number;
}

/**
 * A Network Load Balancer for TCP: each new connection goes to one of the targets and stays there until one side closes
 * it, however long ago the target was deregistered (AWS: NLB "Edit target group attributes", deregistration delay). What
 * a client sees as refused by a real one it sees as reset here: a proxy has accepted before it knows.
 */
export function startNlb(options: NlbOptions): Promise<Listening> {
  const next = roundRobin(options);

  function serve(client: Socket) {
    client.on('error', () => {});
    const route = next();
    switch (route.kind) {
      case 'no target':
        return void client.resetAndDestroy();
      case 'lost':
        return waitForItsEnd(client);
      case 'target':
        return join(client, route.address);
      default:
        return route satisfies never;
    }
  }

  return listenOn(createServer({ allowHalfOpen: true, noDelay: true }, serve), options.port);
}

/** Nothing ever comes back from a target that is not there. */
function waitForItsEnd(client: Socket): void {
  client.resume().once('end', () => client.destroy());
}

function join(client: Socket, address: SocketAddress): void {
  const target = connect({ ...address, allowHalfOpen: true, noDelay: true });
  target.on('error', () => {});
  // Each end of a pipe passes a half-close on.
  client.pipe(target);
  target.pipe(client);
  resetWithout(client, target);
  resetWithout(target, client);
}

/** Resets `one` if the other breaks: a refused connection, a reset, or the end of the load balancer itself. */
function resetWithout(other: Socket, one: Socket): void {
  other.once('close', () => {
    if (!other.readableEnded || !other.writableFinished) one.resetAndDestroy();
  });
}
