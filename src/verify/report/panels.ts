import type { Bucket } from '../figures.ts';
import { beginOf, type SeenHold } from '../holds.ts';
import { count, countsInWords, latency, minutes } from '../words.ts';
import { type Axis, LEFT, PLOT_WIDTH } from './axis.ts';
import { keepEnd, UNICODE } from './glyphs.ts';
import { element, type Markup, px } from './markup.ts';
import { when } from './phrases.ts';

/** A part of the picture, `height` pixels high from `top` on. */
export interface Panel {
  readonly marks: readonly Markup[];
  readonly height: number;
}

const BAR_HEIGHT = 110;
const LATENCY_HEIGHT = 80;
const LANE = 16;
const LONGEST_NAME = 30;

/** How many requests failed, by kind, one on top of the other. */
export function failuresPanel(
  buckets: readonly Bucket[],
  axis: Axis,
  top: number,
  colors: ReadonlyMap<string, string>,
): Panel {
  const most = Math.max(...buckets.map(({ failed }) => failed));
  const bottom = top + BAR_HEIGHT;
  const bars = buckets.flatMap((bucket) => {
    let y = bottom;
    return [...colors.keys()].flatMap((why) => {
      const number = bucket.failures.get(why) ?? 0;
      if (number === 0) return [];
      const height = (number / most) * BAR_HEIGHT;
      y -= height;
      return [bar(bucket, axis, { y, height, fill: colors.get(why) }, `${count(number)} ${why}`)];
    });
  });
  const note = most === 0 ? 'none' : `most ${count(most)} in ${sizeOf(buckets)} s`;
  return { height: BAR_HEIGHT, marks: [...names(top, 'failed requests', note), base(bottom), ...bars] };
}

/** Latencies of good answers. */
export function latencyPanel(buckets: readonly Bucket[], axis: Axis, top: number): Panel {
  const most = Math.max(...buckets.map(({ latencies }) => latencies?.p95 ?? 0));
  const bottom = top + LATENCY_HEIGHT;
  const bars = buckets.flatMap((bucket) =>
    (['p95', 'p50'] as const).flatMap((name) => {
      const ms = bucket.latencies?.[name];
      if (ms === undefined || most === 0) return [];
      const height = (ms / most) * LATENCY_HEIGHT;
      return [bar(bucket, axis, { y: bottom - height, height, class: name }, `${name} ${latency(ms)}`)];
    }),
  );
  const note = most === 0 ? 'no answers' : `most ${latency(most)}`;
  return { height: LATENCY_HEIGHT, marks: [...names(top, 'latency, p50 and p95', note), base(bottom), ...bars] };
}

/** A lane for each hold, and across them the times at which requests failed. */
export function holdsPanel(holds: readonly SeenHold[], buckets: readonly Bucket[], axis: Axis, top: number): Panel {
  const height = holds.length * LANE;
  const failing = buckets
    .filter(({ failed }) => failed > 0)
    .map((bucket) => bar(bucket, axis, { y: top, height, class: 'failing' }, countsInWords(bucket.failures)));
  return { height, marks: [...failing, ...holds.flatMap((hold, lane) => laneOf(hold, axis, top + lane * LANE))] };
}

function laneOf(hold: SeenHold, { x, lengthMs }: Axis, top: number): readonly Markup[] {
  const [from, to] = [x(beginOf(hold)), x(hold.endedAtMs ?? lengthMs)];
  const kind = `${hold.warning ? 'warning' : 'hold'}${hold.endedAtMs === undefined ? ' open' : ''}`;
  return [
    element(
      'text',
      { class: 'small', x: LEFT - 10, y: top + 12, 'text-anchor': 'end' },
      keepEnd(hold.pod, LONGEST_NAME, UNICODE),
    ),
    element(
      'rect',
      { class: kind, x: px(from), y: top + 3, width: px(Math.max(2, to - from)), height: LANE - 6, rx: 2 },
      element('title', {}, `${when(hold)} ${hold.pod}: ${hold.note}`),
    ),
  ];
}

/** The time of a bucket, from the one side to the other. */
function bar(
  { fromSecond, toSecond }: Bucket,
  { x }: Axis,
  {
    y,
    height,
    ...look
  }: { readonly y: number; readonly height: number; readonly fill?: string | undefined; readonly class?: string },
  says: string,
): Markup {
  const [from, to] = [x(fromSecond * 1_000), x(toSecond * 1_000)];
  const gap = to - from > 4 ? 1 : 0;
  return element(
    'rect',
    { ...look, x: px(from), y: px(y), width: px(Math.max(1, to - from - gap)), height: px(height) },
    element('title', {}, `${minutes(fromSecond * 1_000)}: ${says}`),
  );
}

function sizeOf([first]: readonly Bucket[]): number {
  return first === undefined ? 0 : first.toSecond - first.fromSecond;
}

function names(top: number, name: string, note: string): readonly Markup[] {
  const place = { x: LEFT - 10, 'text-anchor': 'end' };
  return [
    element('text', { ...place, y: top + 11 }, name),
    element('text', { ...place, class: 'pale small', y: top + 27 }, note),
  ];
}

function base(y: number): Markup {
  return element('line', { class: 'grid', x1: LEFT, x2: LEFT + PLOT_WIDTH, y1: y, y2: y });
}
