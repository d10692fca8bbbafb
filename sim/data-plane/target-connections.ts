import { Agent, type ClientRequest } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock } from '../../src/core/ports.ts';

/**
 * The load balancer's connections to its targets, kept for further requests until they have been idle for
 * `idleTimeoutMs`. What a target says in a `keep-alive` header of its own time limit is not looked at: an ALB does not
 * either, and that is why AWS asks for targets with a limit that is longer than the load balancer's.
 */
export class TargetConnections extends Agent {
  readonly #clock: Clock;
  readonly #idleTimeoutMs: number;
  readonly #idle = new WeakMap<Duplex, AbortController>();

  constructor({ clock, idleTimeoutMs }: { readonly clock: Clock; readonly idleTimeoutMs: number }) {
    super({ keepAlive: true });
    this.#clock = clock;
    this.#idleTimeoutMs = idleTimeoutMs;
  }

  // Node's own would start a timer of real time.
  override keepSocketAlive(socket: Duplex): boolean {
    const idle = new AbortController();
    this.#idle.set(socket, idle);
    void this.#closeAfterIdleness(socket, idle);
    return true;
  }

  override reuseSocket(socket: Duplex, request: ClientRequest): void {
    this.#idle.get(socket)?.abort();
    super.reuseSocket(socket, request);
  }

  async #closeAfterIdleness(socket: Duplex, idle: AbortController): Promise<void> {
    const end = () => idle.abort();
    socket.once('close', end);
    await this.#clock.sleep(this.#idleTimeoutMs, idle.signal);
    socket.off('close', end);
    if (!idle.signal.aborted) socket.destroy();
  }
}
