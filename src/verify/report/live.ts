import { latenciesOf, totalsOf } from '../figures.ts';
import type { RunRecord } from '../record.ts';
import { amount, count, countsInWords, latency, minutes } from '../words.ts';

export interface LiveState {
  /** Since the start. */
  readonly nowMs: number;
  /** How long the run is to be. */
  readonly durationMs: number;
  readonly seconds: RunRecord['seconds'];
  /** Requests without an answer so far. */
  readonly waiting: number;
  /** Pods that are held right now; undefined where nobody looks. */
  readonly holding: number | undefined;
}

const WINDOW_SECONDS = 10;

/** How it goes, on one line: the rate and the latencies are those of the last ten seconds, the failures of the whole run. */
export function liveLine({ nowMs, durationMs, seconds, waiting, holding }: LiveState): string {
  const now = Math.floor(nowMs / 1_000);
  const last = seconds.slice(Math.max(0, now - WINDOW_SECONDS), now);
  const rate = totalsOf(last).requests / Math.max(1, Math.min(now, WINDOW_SECONDS));
  const latencies = latenciesOf(last);
  const { requests, failed, failures } = totalsOf(seconds);
  const parts = [
    `${minutes(nowMs)} of ${minutes(durationMs)}`,
    `${count(Math.round(rate * 10) / 10)}/s`,
    latencies === undefined ? undefined : `p50 ${latency(latencies.p50)}, p95 ${latency(latencies.p95)}`,
    waiting === 0 ? undefined : `${count(waiting)} waiting`,
    holding === undefined ? undefined : `${amount(holding, 'pod')} held`,
    failed === 0
      ? `none of ${count(requests)} failed`
      : `${count(failed)} of ${count(requests)} failed: ${countsInWords(failures)}`,
  ];
  return parts.filter((part) => part !== undefined).join('  ');
}
