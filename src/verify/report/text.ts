import { styleText } from 'node:util';
import { mostFrequentFirst } from '../counts.ts';
import { type Figures, failedSeconds, figuresOf } from '../figures.ts';
import type { Run } from '../run.ts';
import { amount, count, countsInWords, minutes } from '../words.ts';
import { type ChartOptions, chart } from './chart.ts';
import { notesOf } from './notes.ts';
import { CLOCKS, circumstances, latencyWords, subject, verdict, when } from './phrases.ts';

const MOST_SECONDS = 20;

/** What a person at a terminal is told at the end. Colours only where the standard output is one. */
export function textReport(run: Run, options: ChartOptions): string {
  const figures = figuresOf(run.record.seconds);
  const parts = [
    [subject(run), circumstances(run)],
    totals(run, figures),
    bySecond(run),
    chart(run, options),
    holds(run),
    notesOf(run, figures).map((note) => `Note: ${note}`),
  ];
  return parts
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n');
}

function totals({ record }: Run, figures: Figures): readonly string[] {
  const { failed, failures, latencies } = figures;
  const kinds = mostFrequentFirst(failures);
  const width = Math.max(0, ...kinds.map(([why]) => why.length));
  return [
    styleText(['bold', failed === 0 ? 'green' : 'red'], verdict(figures)),
    ...kinds.map(([why, number]) => `  ${why.padEnd(width)} ${count(number).padStart(7)}`),
    ...(record.statuses.size === 0 ? [] : [`Answers: ${countsInWords(record.statuses)}`]),
    ...(latencies === undefined ? [] : [`Latency of good answers: ${latencyWords(latencies)}`]),
  ];
}

function bySecond({ record }: Run): readonly string[] {
  const failed = failedSeconds(record.seconds);
  if (failed.length === 0) return [];
  const hidden = failed.length - MOST_SECONDS;
  return [
    'Failed requests, by the second in which they were due:',
    ...failed
      .slice(0, MOST_SECONDS)
      .map(({ second, failures }) => `  ${minutes(second * 1_000).padStart(5)}  ${countsInWords(failures)}`),
    ...(hidden > 0 ? [`  and in ${amount(hidden, 'more second')}; --json and an HTML report have them all`] : []),
  ];
}

function holds({ seen, request }: Run): readonly string[] {
  if (seen === undefined) return [];
  const { holds, notices } = seen;
  return [
    ...(holds.length === 0
      ? [`No hold was seen in namespace ${request.namespace}.`]
      : [`Holds in namespace ${request.namespace}:`]),
    ...holds.map((hold) => styled(hold.warning, `  ${when(hold)}  ${hold.pod}  ${hold.note}`)),
    ...(notices.length === 0 ? [] : ['Warnings of sidecars:']),
    ...notices.map(({ atMs, pod, note }) => styled(true, `  ${minutes(atMs)}  ${pod}  ${note}`)),
    ...(holds.length === 0 ? [] : [CLOCKS]),
  ];
}

function styled(warning: boolean, line: string): string {
  return warning ? styleText('yellow', line) : line;
}
