import type { Nodes } from './deployment/nodes.ts';
import { evictPod } from './kubernetes/eviction.ts';
import type { Store } from './kubernetes/store.ts';
import type { Timeline } from './timeline.ts';

export interface NodeDrainOptions {
  readonly store: Store;
  readonly timeline: Timeline;
  readonly nodes: Nodes;
  readonly node: string;
}

/**
 * `kubectl drain`: cordons the node and evicts every pod that is on it, all at once, each with its own grace period.
 * Resolves when none of them is left in the API; a pod that no kubelet runs stays there for ever (kubectl:
 * pkg/drain/drain.go). Throws where there is no such node.
 */
export async function drainNode({ store, timeline, nodes, node }: NodeDrainOptions): Promise<void> {
  nodes.cordon(node);
  timeline.record('user', 'drains node', { node });
  const pods = store.list('Pod').filter(({ spec }) => spec.nodeName === node);
  const left = new Set(pods.map(({ metadata }) => metadata.uid));
  const { promise: gone, resolve } = Promise.withResolvers<void>();
  const unwatch = store.onChange(({ type, object }) => {
    if (type === 'removed') left.delete(object.metadata.uid);
    if (left.size === 0) resolve();
  });
  for (const pod of pods) evictPod(store, pod);
  if (left.size > 0) await gone;
  unwatch();
  timeline.record('user', 'node drained', { node });
}
