import type { Story } from './play.ts';
import type { Schedule } from './schedule.ts';

/** A schedule and what came of it, as a timeline that a person reads. */
export function tell({ steps, ...beginning }: Schedule, { events, looks, callers, exitedAtMs }: Story): string {
  const lines: { readonly atMs: number; readonly text: string }[] = [
    ...steps.map(({ atMs, kind, ...rest }) => ({ atMs, text: `world    ${kind} ${words(rest)}` })),
    ...looks.map(({ atMs, group, filtered }) => ({
      atMs,
      text: `looks    at ${group}${filtered ? '' : ', at all its targets'}`,
    })),
    ...events.map(({ atMs, event: { kind, ...rest } }) => ({ atMs, text: `hold     ${kind} ${words(rest)}` })),
    ...callers.map(({ answeredAtMs, arrivedAtMs, summary }) => ({
      atMs: answeredAtMs,
      text: `caller   of ${arrivedAtMs} answered: ${summary.reason}`,
    })),
    { atMs: exitedAtMs, text: 'process  ends' },
  ];
  const timeline = lines
    .toSorted((a, b) => a.atMs - b.atMs)
    .map(({ atMs, text }) => `${atMs.toFixed(0).padStart(8)}  ${text}`);
  return [words(beginning), ...timeline].join('\n');
}

function words(value: object): string {
  return JSON.stringify(value).slice(0, 400);
}
