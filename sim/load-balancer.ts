import { request } from 'node:http';
import type { Clock } from '../src/core/ports.ts';
import type { Elbv2 } from './aws/elbv2.ts';
import type { SocketAddress } from './kubelet/pre-stop.ts';
import type { Timeline } from './timeline.ts';

export interface LoadBalancerOptions {
  readonly clock: Clock;
  readonly timeline: Timeline;
  readonly elbv2: Elbv2;
  readonly targetGroup: string;
  readonly target: { readonly id: string; readonly port: number };
  /** Where the target really listens. */
  readonly address: SocketAddress;
  /** Simulated ms from one request to the next. */
  readonly everyMs: number;
}

export interface LoadBalancer {
  readonly sent: number;
  readonly failed: number;
  close(): void;
}

/** The first form of a data plane: clients that send to one target, as long as the load balancer routes to it. */
export function startLoadBalancer(options: LoadBalancerOptions): LoadBalancer {
  const { clock, timeline, elbv2, targetGroup, target, address, everyMs } = options;
  const closed = new AbortController();
  const count = { sent: 0, failed: 0 };

  async function send(): Promise<void> {
    count.sent += 1;
    const error = await get(address);
    if (error === undefined) return;
    count.failed += 1;
    timeline.record('load-balancer', 'answers 502', { error, failed: count.failed });
  }

  async function run(): Promise<void> {
    while (!closed.signal.aborted) {
      if (elbv2.isRouting(targetGroup, target)) void send();
      await clock.sleep(everyMs, closed.signal);
    }
  }

  void run();
  return {
    get sent() {
      return count.sent;
    },
    get failed() {
      return count.failed;
    },
    close: () => closed.abort(),
  };
}

/** Undefined for an answer, else what went wrong. */
function get({ host, port }: SocketAddress): Promise<string | undefined> {
  return new Promise((resolve) => {
    request({ host, port, agent: false })
      .on('response', (response) =>
        response
          .resume()
          .on('end', () => resolve(undefined))
          .on('error', ({ message }) => resolve(message)),
      )
      .on('error', ({ message }) => resolve(message))
      .end();
  });
}
