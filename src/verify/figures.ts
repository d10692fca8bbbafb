import { type Counts, countMore, sumOf } from './counts.ts';
import type { RunRecord, Second } from './record.ts';
import { percentileOfSorted } from './statistics.ts';

/** Latencies of the requests that did not fail, in ms. */
export interface Latencies {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** What became of the requests of some seconds. */
export interface Totals {
  /** All that were due. */
  readonly requests: number;
  readonly failed: number;
  readonly failures: Counts;
}

/** Some seconds of a run in numbers. */
export interface Figures extends Totals {
  /** Undefined where every request failed. */
  readonly latencies: Latencies | undefined;
}

export function figuresOf(seconds: readonly Second[]): Figures {
  return { ...totalsOf(seconds), latencies: latenciesOf(seconds) };
}

export function totalsOf(seconds: readonly Second[]): Totals {
  const failures = new Map<string, number>();
  for (const second of seconds) for (const [why, count] of second.failures) countMore(failures, why, count);
  const requests = seconds.reduce((sum, second) => sum + second.requests, 0);
  return { requests, failed: sumOf(failures), failures };
}

/** Undefined where every request failed. */
export function latenciesOf(seconds: readonly Second[]): Latencies | undefined {
  const sorted = sortedLatencies(seconds);
  if (sorted.length === 0) return undefined;
  const at = (percent: number) => percentileOfSorted(sorted, percent) ?? Number.NaN;
  return { p50: at(50), p95: at(95), p99: at(99), max: at(100) };
}

/** An hour of them is too much for a list of numbers to be sorted in the memory that the image has. */
function sortedLatencies(seconds: readonly Second[]): Float64Array {
  const all = new Float64Array(seconds.reduce((sum, { latenciesMs }) => sum + latenciesMs.length, 0));
  let filled = 0;
  for (const { latenciesMs } of seconds) {
    all.set(latenciesMs, filled);
    filled += latenciesMs.length;
  }
  return all.sort();
}

/** The seconds in which a request failed, with their place in the run. */
export function failedSeconds(
  seconds: RunRecord['seconds'],
): readonly { readonly second: number; readonly failures: Counts }[] {
  return seconds.flatMap(({ failures }, second) => (failures.size === 0 ? [] : [{ second, failures }]));
}

/** Seconds that are shown as one. */
export interface Bucket extends Figures {
  readonly fromSecond: number;
  /** The second after the last one. */
  readonly toSecond: number;
}

const STEPS = [1, 2, 5, 10, 15, 20, 30, 60, 120, 300];

/** How many seconds a bucket has, so that there are at most `most` of them. */
export function bucketSeconds(seconds: number, most: number): number {
  return STEPS.find((step) => Math.ceil(seconds / step) <= most) ?? Math.ceil(seconds / most);
}

/** Cuts the first `length` seconds into buckets of the same size; the last one may be shorter. */
export function bucketsOf(seconds: readonly Second[], length: number, size: number): readonly Bucket[] {
  return Array.from({ length: Math.ceil(length / size) }, (_, index) => {
    const [fromSecond, toSecond] = [index * size, Math.min(length, (index + 1) * size)];
    return { fromSecond, toSecond, ...figuresOf(seconds.slice(fromSecond, toSecond)) };
  });
}
