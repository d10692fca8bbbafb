import { countMore } from './counts.ts';

/** The failure of a request that was due and could not be sent: too many were waiting, or this process came too late. */
export const NOT_SENT = 'not sent';

/** What became of one request. */
export interface Result {
  /** When it was due, in ms since the start. */
  readonly atMs: number;
  /** Undefined where it did not fail. */
  readonly failure: string | undefined;
  /** Undefined where there was no answer. */
  readonly answer:
    | {
        readonly status: number;
        /** From when it was due until its answer had been read. */
        readonly latencyMs: number;
        /** Whether the body was too long to be read to its end. */
        readonly cut: boolean;
      }
    | undefined;
}

/** The requests that were due in one second. */
export interface Second {
  readonly requests: number;
  readonly failures: ReadonlyMap<string, number>;
  /** Of those that did not fail. */
  readonly latenciesMs: readonly number[];
}

/** Everything that is remembered of the requests: by second, because an hour has 720,000 of them. */
export interface RunRecord {
  add(result: Result): void;
  /** From the first to the last in which a request was due that has come to its end. */
  readonly seconds: readonly Second[];
  readonly statuses: ReadonlyMap<string, number>;
  readonly cutAnswers: number;
}

interface OpenSecond {
  requests: number;
  readonly failures: Map<string, number>;
  readonly latenciesMs: number[];
}

export function createRecord(): RunRecord {
  const seconds: OpenSecond[] = [];
  const statuses = new Map<string, number>();
  let cutAnswers = 0;

  function secondAt(atMs: number): OpenSecond {
    const second = Math.floor(atMs / 1_000);
    while (seconds.length <= second) seconds.push({ requests: 0, failures: new Map(), latenciesMs: [] });
    return seconds[second] as OpenSecond;
  }

  return {
    add({ atMs, failure, answer }) {
      const second = secondAt(atMs);
      second.requests += 1;
      if (failure !== undefined) countMore(second.failures, failure);
      if (answer === undefined) return;
      if (failure === undefined) second.latenciesMs.push(answer.latencyMs);
      countMore(statuses, `HTTP ${answer.status}`);
      if (answer.cut) cutAnswers += 1;
    },
    seconds,
    statuses,
    get cutAnswers() {
      return cutAnswers;
    },
  };
}
