import { type Guard, startGuard } from './guard.ts';
import { type NodeOptions, nodeStatus, removeNode, startNode } from './node.ts';

/** A node for as long as this process wants it. */
export interface UsedNode {
  /** Clears it away, unless it was up before. */
  close(): Promise<void>;
}

/** The node that is up, or one that goes with this process, whatever ends it. @throws with what is missing. */
export async function useNode(options: NodeOptions): Promise<UsedNode> {
  if (await isUp()) {
    options.say('uses the node that is up');
    return { close: async () => {} };
  }
  const guard = await startGuarded(options);
  return { close: guard.end };
}

/** Starts a node that stays when this process ends. False where one is up already. @throws with what is missing. */
export async function raiseNode(options: NodeOptions): Promise<boolean> {
  if (await isUp()) return false;
  const guard = await startGuarded(options);
  await guard.keep();
  return true;
}

async function startGuarded(options: NodeOptions): Promise<Guard> {
  const guard = startGuard();
  try {
    // What one that crashed has left.
    await removeNode();
    await startNode(options);
    return guard;
  } catch (error) {
    options.say('clears away');
    await guard.end();
    throw error;
  }
}

async function isUp(): Promise<boolean> {
  return [...(await nodeStatus()).values()].every(Boolean);
}
