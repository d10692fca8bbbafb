import { createHash } from 'node:crypto';
import type { Clock } from '../../src/core/ports.ts';
import type { RunningPod } from '../kubelet.ts';
import type { Store } from '../kubernetes/store.ts';
import type { Timeline } from '../timeline.ts';
import { isActive, newReplica, observe, type PodIdentity, type Replica } from './replica.ts';

export interface ReplicasOptions {
  readonly clock: Clock;
  readonly store: Store;
  readonly timeline: Timeline;
  readonly namespace: string;
  /** Of the Deployment. */
  readonly name: string;
  readonly startPod: (identity: PodIdentity) => Promise<RunningPod>;
  /** Something about a pod has changed that the Deployment has to look at. */
  readonly onChange: () => void;
  readonly onFailure: (error: Error) => void;
}

export interface Tally {
  readonly active: number;
  readonly ready: number;
}

/** The pods of a Deployment, until the last process of each has ended. */
export interface Replicas {
  /** From the oldest to the youngest. */
  all(): readonly Replica[];
  size(): number;
  tally(revision: number): Tally;
  create(revision: number, node: string): void;
  remove(replica: Replica): void;
  /** Deletes the pods that were removed before they were in the API, and now are. */
  removeLate(): void;
  close(): void;
}

export function createReplicas(options: ReplicasOptions): Replicas {
  const { clock, store, timeline, namespace, name, onChange } = options;
  const replicas = new Map<string, Replica>();
  /** By revision. Counted as pods change, and not at each look: there may be thousands. */
  const tallies = new Map<number, Tally>();
  const late = new Set<Replica>();
  let created = 0;

  const unwatch = store.onChange((change) => {
    const { kind, metadata } = change.object;
    const replica = kind === 'Pod' && metadata.namespace === namespace ? replicas.get(metadata.name) : undefined;
    if (replica === undefined) return;
    const { state, isInApi } = replica;
    counted(replica, () => observe(replica, change, clock.now()));
    forgetIfOver(replica);
    if (replica.state !== state || replica.isInApi !== isInApi) onChange();
  });

  function tally(revision: number): Tally {
    return tallies.get(revision) ?? { active: 0, ready: 0 };
  }

  function count(replica: Replica, by: 1 | -1): void {
    const { revision } = replica.identity;
    const { active, ready } = tally(revision);
    if (!isActive(replica)) return;
    tallies.set(revision, { active: active + by, ready: replica.state === 'ready' ? ready + by : ready });
  }

  function counted(replica: Replica, change: () => void): void {
    count(replica, -1);
    change();
    count(replica, 1);
  }

  function forgetIfOver({ identity, hasEnded, isInApi }: Replica): void {
    if (hasEnded && !isInApi) replicas.delete(identity.name);
  }

  async function start(replica: Replica): Promise<void> {
    try {
      const running = await options.startPod(replica.identity);
      await running.ended;
    } catch (error) {
      failed(replica, error);
    }
    replica.hasEnded = true;
    forgetIfOver(replica);
    onChange();
  }

  /** A pod that was deleted while it started may well fail: that is no fault of the Deployment. */
  function failed(replica: Replica, cause: unknown): void {
    const { name: pod } = replica.identity;
    const error = cause instanceof Error ? cause.message : String(cause);
    timeline.record('kubelet', 'pod could not start', { namespace, pod, error });
    if (!isActive(replica)) return;
    remove(replica);
    options.onFailure(new Error(`Cannot start pod ${namespace}/${pod}: ${error}`, { cause }));
  }

  /** From now on it counts for nothing. */
  function remove(replica: Replica): void {
    counted(replica, () => {
      replica.state = 'terminating';
    });
    if (replica.isInApi) store.deletePod(namespace, replica.identity.name);
    else late.add(replica);
  }

  return {
    all: () => [...replicas.values()],
    size: () => replicas.size,
    tally,
    create(revision, node) {
      created += 1;
      const hash = templateHash(`${namespace}/${name}`, revision);
      const labels = { app: name, 'pod-template-hash': hash };
      // Counted where real names are random, so that a run can be repeated.
      const identity: PodIdentity = { namespace, name: `${name}-${hash}-${created}`, node, revision, labels };
      const replica = newReplica(identity, created);
      // It counts from now on, long before it is in the API: nobody shall start another one in its place.
      replicas.set(identity.name, replica);
      count(replica, 1);
      void start(replica);
    },
    remove,
    removeLate() {
      for (const replica of [...late].filter(({ isInApi }) => isInApi)) {
        late.delete(replica);
        remove(replica);
      }
    },
    close: unwatch,
  };
}

/** Ten digits, the same for the same revision. */
function templateHash(deployment: string, revision: number): string {
  return createHash('sha256').update(`${deployment} ${revision}`).digest('hex').slice(0, 10);
}
