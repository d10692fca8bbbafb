import type { Clock } from '../../src/core/ports.ts';

/** Workers for TargetGroupBindings (aws-load-balancer-controller: --targetgroupbinding-max-concurrent-reconciles). */
const WORKERS = 3;
// How long a failed key waits (client-go: util/workqueue/default_rate_limiters.go, as the controller configures it).
const FIRST_RETRY_MS = 5;
const LONGEST_RETRY_MS = 1_000_000;

export interface WorkQueue {
  /** A key that waits already is not added again; one that is being worked on is worked on once more after that. */
  add(key: string): void;
  pause(): void;
  resume(): void;
}

export interface WorkQueueOptions {
  readonly clock: Clock;
  /** What rejects is tried again later. */
  readonly work: (key: string) => Promise<void>;
  readonly signal: AbortSignal;
}

/** The queue between what a controller sees and what it does (client-go: util/workqueue). */
export function createWorkQueue({ clock, work, signal }: WorkQueueOptions): WorkQueue {
  const waiting = new Set<string>();
  const working = new Set<string>();
  const failures = new Map<string, number>();
  let isPaused = false;

  function next(): string | undefined {
    if (isPaused || signal.aborted || working.size >= WORKERS) return undefined;
    return [...waiting].find((key) => !working.has(key));
  }

  function start(): void {
    for (let key = next(); key !== undefined; key = next()) {
      waiting.delete(key);
      working.add(key);
      void process(key);
    }
  }

  async function process(key: string): Promise<void> {
    try {
      await work(key);
      failures.delete(key);
    } catch {
      void retry(key);
    }
    working.delete(key);
    start();
  }

  async function retry(key: string): Promise<void> {
    const failed = failures.get(key) ?? 0;
    failures.set(key, failed + 1);
    await clock.sleep(Math.min(FIRST_RETRY_MS * 2 ** failed, LONGEST_RETRY_MS), signal);
    if (!signal.aborted) add(key);
  }

  function add(key: string): void {
    waiting.add(key);
    start();
  }

  return {
    add,
    pause() {
      isPaused = true;
    },
    resume() {
      isPaused = false;
      start();
    },
  };
}
