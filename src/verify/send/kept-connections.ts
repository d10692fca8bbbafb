import type { Agent } from 'node:http';

/** Connections that stay open and take turns. */
export interface KeptConnections {
  /** The agent of the one whose turn it is; `false` where there are none. */
  next(): Agent | false;
  close(): void;
}

/** What each of their agents is made with. */
export const KEPT = { keepAlive: true, maxFreeSockets: 1 } as const;

/**
 * One agent for each connection. A common pool would send everything over the one that was used last. An agent opens another
 * connection where its own is busy: no request waits for another.
 */
export function keptConnections(count: number, createAgent: () => Agent): KeptConnections {
  const agents = Array.from({ length: count }, createAgent);
  let turn = 0;
  return {
    next() {
      turn += 1;
      return agents[turn % agents.length] ?? false;
    },
    close() {
      for (const agent of agents) agent.destroy();
    },
  };
}
