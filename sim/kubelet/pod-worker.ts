import type { Clock } from '../../src/core/ports.ts';
import type { Pod } from '../kubernetes/objects.ts';
import type { Store } from '../kubernetes/store.ts';
import { type Container, containersOf, type Starters } from './container.ts';
import { killContainers } from './kill.ts';
import { started, terminatedByKubelet, withReady } from './pod-status.ts';
import type { AddressBook } from './pre-stop.ts';

export interface PodWorkerOptions {
  readonly clock: Clock;
  readonly store: Store;
  readonly address: AddressBook;
  readonly pod: Pod;
  readonly starters: Starters;
  readonly readyAfterMs: number | undefined;
  /** Aborted when the kubelet of now is gone. */
  readonly life: () => AbortSignal;
  readonly record: (what: string, container?: Container, fields?: Readonly<Record<string, unknown>>) => void;
}

/** What the kubelet does for one pod, one thing after the other. */
export interface PodWorker {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly ended: Promise<void>;
  start(): void;
  setReady(ready: boolean): void;
  /** Looks at the object in the API, and begins to end a deleted pod. */
  sync(): void;
  /** Ends the pod without a deletion. `reason` is what its status says after the end. */
  terminate(reason: string): void;
  restartContainer(name: string): Promise<void>;
  /** Takes the pod over after a restart of the kubelet. */
  resume(): void;
  /** Kills everything at once; resolves when all processes are gone. */
  destroy(): Promise<void>;
}

/** From the API server's word to the first hook: 0.1 s where the node is idle. */
const REACTION_MS = 100;
/** The least, also for a pod that is gone from the API (kubelet: pod_workers.go, calculateEffectiveGracePeriod). */
const MIN_GRACE_SECONDS = 1;
const READY_FLAP_MS = 1_000;

export function createPodWorker(options: PodWorkerOptions): PodWorker {
  const { clock, store, pod, readyAfterMs, life, record } = options;
  const { namespace, name, uid } = pod.metadata;
  const containers = containersOf(pod, options.starters);
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  let isTerminating = false;
  let work = Promise.resolve();

  function seen(): Pod | undefined {
    const object = store.get('Pod', namespace, name);
    return object?.metadata.uid === uid ? object : undefined;
  }

  function isReady(): boolean {
    return seen()?.status.conditions.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
  }

  /** Nothing where the object is gone. */
  function write(change: (pod: Pod) => Pod): void {
    const object = seen();
    const changed = object && change(object);
    if (changed !== undefined && changed !== object) store.put(changed);
  }

  function setReady(ready: boolean): void {
    write((object) => withReady(object, ready, store.timestamp()));
  }

  async function setReadyAfter(ms: number): Promise<void> {
    const signal = life();
    await clock.sleep(ms, signal);
    if (!signal.aborted && !isTerminating) setReady(true);
  }

  function startContainer(container: Container): void {
    const process = container.start();
    container.process = process;
    record('container started', container);
    void process.exited.then((status) => {
      container.process = undefined;
      record('container exited', container, { ...status });
      if (!isTerminating) setReady(false);
    });
  }

  function kill(which: readonly Container[], graceSeconds: number, signal: AbortSignal): Promise<void> {
    const { address } = options;
    return killContainers(which, {
      clock,
      address,
      podIp: pod.status.podIP,
      graceMs: graceSeconds * 1_000,
      signal,
      record,
    });
  }

  /** The kubelet does one thing at a time for a pod: a hook that runs for a liveness failure delays the end of the pod. */
  function enqueue(job: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const signal = life();
    work = work.then(() => (signal.aborted ? undefined : job(signal)));
    return work;
  }

  function terminate(graceSeconds: number, reason = 'Terminated'): void {
    if (isTerminating) return;
    isTerminating = true;
    const effectiveGrace = Math.max(MIN_GRACE_SECONDS, graceSeconds);
    void enqueue(async (signal) => {
      await clock.sleep(REACTION_MS, signal);
      await kill(containers, effectiveGrace, signal);
      // Where some still run, the kubelet was restarted, and its successor goes on.
      if (containers.every(({ process }) => process === undefined)) finish(reason);
    });
  }

  function finish(reason: string): void {
    record('pod ended');
    if (seen()?.metadata.deletionTimestamp !== undefined) store.finalizePod(namespace, name, uid);
    else write((object) => terminatedByKubelet(object, reason, store.timestamp()));
    end();
  }

  /** The grace period of the first look counts: the kubelet does not hear of a later, shorter one. */
  function sync(): void {
    const object = seen();
    if (object === undefined) terminate(MIN_GRACE_SECONDS);
    else if (object.metadata.deletionTimestamp !== undefined) {
      terminate(object.metadata.deletionGracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds);
    }
  }

  return {
    namespace,
    name,
    uid,
    ended,
    sync,
    setReady,
    start() {
      store.put(started(pod, store.timestamp()));
      for (const container of containers) startContainer(container);
      if (readyAfterMs !== undefined) void setReadyAfter(readyAfterMs);
    },
    terminate: (reason) => terminate(pod.spec.terminationGracePeriodSeconds, reason),
    async restartContainer(containerName) {
      const container = containers.find((candidate) => candidate.name === containerName);
      if (container === undefined) throw new Error(`Pod ${name} has no container ${containerName}`);
      await enqueue(async (signal) => {
        const wasReady = isReady();
        await kill([container], pod.spec.terminationGracePeriodSeconds, signal);
        if (container.process !== undefined || isTerminating) return;
        startContainer(container);
        if (wasReady) void setReadyAfter(readyAfterMs ?? 0);
      });
    },
    resume() {
      isTerminating = false;
      sync();
      if (isTerminating || !isReady()) return;
      setReady(false);
      void setReadyAfter(READY_FLAP_MS);
    },
    async destroy() {
      isTerminating = true;
      for (const { process } of containers) process?.signal('SIGKILL');
      await Promise.all(containers.map(({ process }) => process?.exited));
      end();
    },
  };
}
