import { type Bucket, bucketSeconds, bucketsOf } from '../figures.ts';
import { beginOf, type SeenHold } from '../holds.ts';
import type { Run } from '../run.ts';
import { amount, count, latency, minutes } from '../words.ts';
import { type Glyphs, keepEnd } from './glyphs.ts';

export interface ChartOptions {
  /** How wide it may be. */
  readonly columns: number;
  readonly glyphs: Glyphs;
}

const LEAST_LABEL = 6;
const LONGEST_LABEL = 28;
const LEAST_PLOT = 20;
const GAP = '  ';
/** Room at the right, for `most 12,345`. */
const NOTE = 14;
const MOST_HOLDS = 15;
const TIME_EVERY = 12;
/** All of them divide TIME_EVERY. */
const BUCKET_WIDTHS = [6, 4, 3, 2, 1];

/** A line of the chart: what it shows, a sign for each bucket, and a word at its end. */
interface Line {
  readonly label: string;
  readonly plot: string;
  readonly note?: string;
}

/** How the time lies in the columns. */
interface Columns {
  readonly number: number;
  /** Columns of a bucket, all alike: a short run would be hard to read. */
  readonly ofBucket: number;
  readonly ms: number;
}

/** Failures, latencies and holds on one time axis, a line each. */
export function chart(run: Run, { columns, glyphs }: ChartOptions): readonly string[] {
  const { record, lengthMs, seen } = run;
  const holds = seen?.holds.slice(0, MOST_HOLDS) ?? [];
  const hidden = (seen?.holds.length ?? 0) - holds.length;
  const longest = Math.min(LONGEST_LABEL, Math.floor(columns / 4));
  const names = holds.map(({ pod }) => keepEnd(pod, longest, glyphs));
  const width = Math.max(LEAST_LABEL, ...names.map(({ length }) => length));
  const room = Math.max(LEAST_PLOT, columns - width - 2 * GAP.length - NOTE);
  const length = Math.max(1, Math.ceil(lengthMs / 1_000));
  const size = bucketSeconds(length, room);
  const buckets = bucketsOf(record.seconds, length, size);
  const place = columnsOf(buckets.length, size, room);
  const lines: readonly Line[] = [
    levels('failed', buckets.map(failedOf), count, place, glyphs),
    levels('p95', buckets.map(p95Of), latency, place, glyphs),
    ...holds.map((hold, index) => ({ label: names[index] ?? '', plot: holdPlot(hold, place, glyphs) })),
    { label: '', plot: times(place) },
    ...(size === 1 ? [] : [{ label: '', plot: `each bar is ${size} s` }]),
  ];
  return [
    ...lines.map(({ label, plot, note = '' }) => [label.padEnd(width), plot, note].join(GAP).trimEnd()),
    ...(hidden > 0 ? [`${amount(hidden, 'more hold')} only in the list below.`] : []),
  ];
}

function columnsOf(buckets: number, size: number, room: number): Columns {
  const ofBucket = BUCKET_WIDTHS.find((each) => buckets * each <= room) ?? 1;
  return { number: buckets * ofBucket, ofBucket, ms: (size * 1_000) / ofBucket };
}

function failedOf({ failed }: Bucket): number {
  return failed;
}

function p95Of({ latencies }: Bucket): number {
  return latencies?.p95 ?? 0;
}

function levels(
  label: string,
  values: readonly number[],
  words: (value: number) => string,
  { ofBucket }: Columns,
  glyphs: Glyphs,
): Line {
  const most = Math.max(...values);
  const plot = values.map((value) => level(value, most, glyphs).repeat(ofBucket)).join('');
  return most === 0 ? { label, plot } : { label, plot, note: `most ${words(most)}` };
}

function level(value: number, most: number, { levels, none }: Glyphs): string {
  return value === 0 ? none : (levels[Math.ceil((value / most) * levels.length) - 1] ?? none);
}

function holdPlot(seen: SeenHold, { number, ms }: Columns, { hold, end, open, none }: Glyphs): string {
  const from = Math.floor(beginOf(seen) / ms);
  const to = Math.floor((seen.endedAtMs ?? Number.POSITIVE_INFINITY) / ms);
  return Array.from({ length: number }, (_, column) => {
    if (column < from || column > to) return none;
    if (column === to) return end;
    return column === number - 1 ? open : hold;
  }).join('');
}

function times({ number, ms }: Columns): string {
  return Array.from({ length: Math.ceil(number / TIME_EVERY) }, (_, index) =>
    minutes(index * TIME_EVERY * ms).padEnd(TIME_EVERY),
  ).join('');
}
