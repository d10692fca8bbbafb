import type { Clock } from '../src/core/ports.ts';
import { createNodes, type Nodes } from './deployment/nodes.ts';
import { inDeletionOrder, isActive, type PodIdentity, type ReplicaState } from './deployment/replica.ts';
import { createReplicas } from './deployment/replicas.ts';
import { limitsOf, nextSizes, type RollingUpdate } from './deployment/rolling-update.ts';
import { createWaiters } from './deployment/waiters.ts';
import type { RunningPod } from './kubelet.ts';
import type { Store } from './kubernetes/store.ts';
import type { Timeline } from './timeline.ts';

export interface DeploymentOptions extends RollingUpdate {
  readonly clock: Clock;
  readonly store: Store;
  readonly timeline: Timeline;
  readonly name: string;
  /** Absent: default. */
  readonly namespace?: string;
  readonly replicas: number;
  /** Pods are put on them in turn. While all are cordoned, none is started. Absent: node-1 alone. */
  readonly nodes?: Nodes;
  /** Puts one pod into the store, under this name, and runs it; it becomes Ready by itself. */
  readonly startPod: (identity: PodIdentity) => Promise<RunningPod>;
}

export interface DeploymentPod extends PodIdentity {
  readonly state: ReplicaState;
}

/**
 * An imitation of the Deployment and the ReplicaSet controller of Kubernetes 1.36, with the strategy RollingUpdate. It
 * watches the store, so it replaces what others delete or evict, too. Unlike there, a change of scale during a rollout is
 * not spread over old and new pods in proportion: the rollout goes on with the new number.
 *
 * Where a pod cannot be started, whoever waits is told by a rejection, and no further one is started until the next
 * `rollOut` or `scale`. The real controllers would try again, and again.
 */
export interface Deployment {
  readonly namespace: string;
  readonly name: string;
  /** How many pods are wanted. */
  readonly replicas: number;
  /** The latest one; 1 before the first `rollOut`. */
  readonly revision: number;
  /** Resolves when all wanted pods are of the latest revision and Ready, and every other one has ended. */
  ready(): Promise<void>;
  /** Begins a new revision, as `kubectl rollout restart` does, also in the middle of a rollout; resolves as `ready` does. */
  rollOut(): Promise<void>;
  /** From now on that many pods are wanted; resolves as `ready` does. Throws where it is no whole number. */
  scale(replicas: number): Promise<void>;
  /** Its pods from the oldest to the youngest, each until its last process has ended. */
  pods(): readonly DeploymentPod[];
  /** Leaves its pods as they are, and rejects for whoever waits. */
  close(): void;
}

export function createDeployment(options: DeploymentOptions): Deployment {
  const { timeline, name, namespace = 'default', nodes = createNodes(['node-1']) } = options;
  const waiters = createWaiters();
  let limits = limitsOf(options.replicas, options);
  let revision = 1;
  /** The ReplicaSets, oldest first. */
  let sets: readonly { readonly revision: number; readonly wanted: number }[] = [{ revision, wanted: 0 }];
  let isComplete = false;
  let isQueued = false;
  const replicas = createReplicas({ ...options, namespace, onChange: queue, onFailure: waiters.fail });
  const unwatchNodes = nodes.onUncordon(queue);

  /** Not at once: the other watchers of the store shall see a change before they see the answer to it. */
  function queue(): void {
    if (isQueued) return;
    isQueued = true;
    queueMicrotask(() => {
      isQueued = false;
      if (!waiters.isClosed()) reconcile();
    });
  }

  function reconcile(): void {
    replicas.removeLate();
    do fill();
    while (resize());
    report();
  }

  /** What the ReplicaSet controller does: sees that there are as many pods as each set wants. */
  function fill(): void {
    for (const set of sets) {
      const { active } = replicas.tally(set.revision);
      for (let count = active; count < set.wanted && create(set.revision); count += 1);
      if (active > set.wanted) remove(set.revision, active - set.wanted);
    }
  }

  /** False where it cannot be now. */
  function create(ofRevision: number): boolean {
    const node = waiters.failure() === undefined ? nodes.next() : undefined;
    if (node !== undefined) replicas.create(ofRevision, node);
    return node !== undefined;
  }

  function remove(ofRevision: number, count: number): void {
    const active = replicas.all().filter(isActive);
    const candidates = active.filter(({ identity }) => identity.revision === ofRevision);
    for (const replica of inDeletionOrder(candidates, active).slice(0, count)) replicas.remove(replica);
  }

  /** What the Deployment controller does: one step of the rollout. False where there is none to do. */
  function resize(): boolean {
    const seen = sets.map((set) => ({ wanted: set.wanted, available: replicas.tally(set.revision).ready }));
    const sizes = nextSizes(seen, limits);
    const isChanged = sets.some(({ wanted }, index) => wanted !== sizes[index]);
    sets = sets.map((set, index) => ({ ...set, wanted: sizes[index] ?? 0 }));
    return isChanged;
  }

  function report(): void {
    sets = sets.filter((set) => set.wanted > 0 || set.revision === revision);
    const { active, ready } = replicas.tally(revision);
    const wasComplete = isComplete;
    isComplete = sets.length === 1 && active === limits.replicas && ready === limits.replicas;
    if (isComplete && !wasComplete) {
      timeline.record('api-server', 'deployment complete', { namespace, deployment: name, revision });
    }
    if (isComplete && replicas.size() === active) waiters.succeed();
  }

  /** Whoever changes what is wanted forgives what has failed. */
  function change(what: string, fields: Readonly<Record<string, unknown>>): Promise<void> {
    timeline.record('user', what, { namespace, deployment: name, ...fields });
    isComplete = false;
    waiters.forgive();
    return ready();
  }

  function ready(): Promise<void> {
    queue();
    return waiters.wait();
  }

  queue();
  return {
    namespace,
    name,
    get replicas() {
      return limits.replicas;
    },
    get revision() {
      return revision;
    },
    ready,
    rollOut() {
      revision += 1;
      sets = [...sets, { revision, wanted: 0 }];
      return change('rolls out deployment', { revision });
    },
    scale(wanted) {
      limits = limitsOf(wanted, options);
      return change('scales deployment', { replicas: wanted });
    },
    pods: () => replicas.all().map(({ identity, state }) => ({ ...identity, state })),
    close() {
      replicas.close();
      unwatchNodes();
      waiters.close(new Error(`Deployment ${namespace}/${name} is closed`));
    },
  };
}
