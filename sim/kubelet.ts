import type { Clock, Random } from '../src/core/ports.ts';
import type { Container, Starters } from './kubelet/container.ts';
import { createPodWorker, type PodWorker } from './kubelet/pod-worker.ts';
import { type AddressBook, loopback } from './kubelet/pre-stop.ts';
import type { Pod } from './kubernetes/objects.ts';
import type { Store } from './kubernetes/store.ts';
import type { Timeline } from './timeline.ts';

export interface KubeletOptions {
  readonly clock: Clock;
  readonly timeline: Timeline;
  readonly store: Store;
  /** Default: every pod IP is on loopback, and nothing listens on the node's 127.0.0.1. */
  readonly address?: AddressBook;
  /** Decides how long a restart takes; default: the middle. */
  readonly random?: Random;
}

export interface RunOptions {
  /** Its spec tells which containers there are, what kind they are and which hooks they have. */
  readonly pod: Pod;
  /** What starts each container, by name. */
  readonly containers: Starters;
  /** Simulated ms from the start of the containers until the pod is Ready. Absent: only `setReady` makes it so. */
  readonly readyAfterMs?: number;
}

/** A pod on this node. */
export interface RunningPod {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** Resolves when all its containers have ended for good. Never rejects. */
  readonly ended: Promise<void>;
}

/**
 * An imitation of the kubelet 1.36 of one node, as far as the end of pods goes. It sees deletions by watching the store.
 * A container that ends by itself is not started again.
 */
export interface Kubelet {
  /** Puts the pod into the store and starts its containers. Throws where nothing starts one of them. */
  run(options: RunOptions): Promise<RunningPod>;
  setReady(pod: RunningPod, ready: boolean): void;
  /** Ends the container as after a failed liveness probe, and starts it again; resolves after that. */
  failLiveness(pod: RunningPod, container: string): Promise<void>;
  /** Evicts the pod because the node runs short of something: nothing in the API tells until the end. */
  softEvict(pod: RunningPod): void;
  /** Graceful node shutdown: ends every pod, without any deletion; resolves when all have ended. */
  shutdownNode(): Promise<void>;
  /** Restarts the kubelet, not the containers; resolves when it is back and has looked at every pod. */
  restart(): Promise<void>;
  /** Kills every process, and resolves when all are gone. */
  close(): Promise<void>;
}

/** A restarted kubelet repeats a hook after 2 to 3 s, and the pods are not Ready for a moment. */
const RESTART_MIN_MS = 2_000;
const RESTART_SPREAD_MS = 1_000;

export function createKubelet(options: KubeletOptions): Kubelet {
  const { clock, timeline, store, address = loopback, random = () => 0.5 } = options;
  const workers = new Map<string, PodWorker>();
  const closing = new AbortController();
  /** Ends with each restart, and with it whatever the kubelet was doing. */
  let life = new AbortController();
  let isUp = true;

  const unwatch = store.onChange(({ object }) => {
    if (isUp && object.kind === 'Pod') workers.get(object.metadata.uid)?.sync();
  });

  function workerOf({ uid, name }: RunningPod): PodWorker {
    const worker = workers.get(uid);
    if (worker === undefined) throw new Error(`Pod ${name} does not run on this node`);
    return worker;
  }

  return {
    async run({ pod, containers, readyAfterMs }) {
      const worker = createPodWorker({
        clock,
        store,
        address,
        pod,
        starters: containers,
        readyAfterMs,
        life: () => life.signal,
        record: (what: string, container?: Container, fields = {}) => {
          const subject = { namespace: pod.metadata.namespace, pod: pod.metadata.name };
          timeline.record('kubelet', what, { ...subject, ...(container && { container: container.name }), ...fields });
        },
      });
      workers.set(worker.uid, worker);
      void worker.ended.then(() => workers.delete(worker.uid));
      worker.start();
      return worker;
    },
    setReady: (pod, ready) => workerOf(pod).setReady(ready),
    failLiveness: (pod, container) => workerOf(pod).restartContainer(container),
    softEvict: (pod) => workerOf(pod).terminate('Evicted'),
    async shutdownNode() {
      timeline.record('kubelet', 'node shuts down');
      const running = [...workers.values()];
      for (const worker of running) worker.terminate('Terminated');
      await Promise.all(running.map(({ ended }) => ended));
    },
    async restart() {
      timeline.record('kubelet', 'kubelet stopped');
      isUp = false;
      life.abort();
      await clock.sleep(RESTART_MIN_MS + random() * RESTART_SPREAD_MS, closing.signal);
      if (closing.signal.aborted) return;
      life = new AbortController();
      isUp = true;
      timeline.record('kubelet', 'kubelet started');
      for (const worker of workers.values()) worker.resume();
    },
    async close() {
      unwatch();
      closing.abort();
      life.abort();
      await Promise.all([...workers.values()].map((worker) => worker.destroy()));
    },
  };
}
