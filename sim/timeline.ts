import type { Clock } from '../src/core/ports.ts';

/** Who did something: the parts of the embedded cluster, and the processes in its pods. */
export type Actor = 'api-server' | 'controller' | 'elbv2' | 'load-balancer' | 'kubelet' | 'sidecar' | 'app' | 'user';

/** One thing that happened. `what` is a short constant phrase; what varies is in `fields`. */
export interface Moment {
  /** Simulated ms since the timeline was made. */
  readonly atMs: number;
  readonly actor: Actor;
  readonly what: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** What happened in the embedded cluster, in order. */
export interface Timeline {
  /** Everything so far, oldest first. */
  readonly moments: readonly Moment[];
  /** `atMs`: when it happened, where that is told later; it takes its place in the order. Absent: now. */
  record(actor: Actor, what: string, fields?: Readonly<Record<string, unknown>>, atMs?: number): void;
  /** Calls `listener` for each moment from now on; returns the function that ends it. */
  onMoment(listener: (moment: Moment) => void): () => void;
}

export function createTimeline(clock: Clock): Timeline {
  const startedAt = clock.now();
  const moments: Moment[] = [];
  const listeners = new Set<(moment: Moment) => void>();
  return {
    moments,
    record(actor, what, fields = {}, atMs = clock.now() - startedAt) {
      const moment: Moment = { atMs, actor, what, fields };
      moments.splice(moments.findLastIndex((earlier) => earlier.atMs <= atMs) + 1, 0, moment);
      for (const listener of listeners) listener(moment);
    },
    onMoment(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** The first such moment, of this container where one is named. */
export function findMoment(
  { moments }: Pick<Timeline, 'moments'>,
  what: string,
  container?: string,
): Moment | undefined {
  return moments.find(
    (moment) => moment.what === what && (container === undefined || moment.fields['container'] === container),
  );
}
