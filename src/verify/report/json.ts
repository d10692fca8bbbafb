import { type Counts, mostFrequentFirst } from '../counts.ts';
import { type Figures, failedSeconds, figuresOf } from '../figures.ts';
import type { Run, SeenHolds } from '../run.ts';
import { shownUrl } from '../url.ts';

/**
 * For scripts: docs/verify.md tells what each field means. Times are ms, those that end in `AtMs` since the start of the run. What
 * does not exist is left out.
 */
export function jsonReport({ version, request, startedAtMs, lengthMs, endedEarly, record, seen }: Run): string {
  const { requests, failed, failures, latencies } = figuresOf(record.seconds);
  const report = {
    version,
    url: shownUrl(request.url),
    method: request.method,
    header: Object.keys(request.header),
    expect: request.expected.text,
    keepAlive: request.keepAlive,
    ratePerSecond: request.ratePerSecond,
    timeoutMs: request.timeoutMs,
    startedAt: new Date(startedAtMs).toISOString(),
    lengthMs: Math.round(lengthMs),
    endedEarly,
    requests,
    failed,
    failures: inOrder(failures),
    answers: inOrder(record.statuses),
    latencyMs: latencies === undefined ? undefined : tenths(latencies),
    failedSeconds: failedSeconds(record.seconds).map(({ second, failures }) => ({
      second,
      failures: inOrder(failures),
    })),
    namespace: request.namespace,
    ...(seen === undefined ? {} : holdsReport(seen)),
  };
  return `${JSON.stringify(report, undefined, 2)}\n`;
}

function holdsReport({ holds, notices, problem }: SeenHolds) {
  return {
    holds: holds.map((hold) => ({
      ...hold,
      startedAtMs: rounded(hold.startedAtMs),
      endedAtMs: rounded(hold.endedAtMs),
    })),
    warnings: notices.map((notice) => ({ ...notice, atMs: rounded(notice.atMs) })),
    holdsProblem: problem,
  };
}

function rounded(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.round(ms);
}

function tenths(latencies: NonNullable<Figures['latencies']>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(latencies).map(([name, ms]) => [name, Math.round(ms * 10) / 10]));
}

function inOrder(counts: Counts): Readonly<Record<string, number>> {
  return Object.fromEntries(mostFrequentFirst(counts));
}
