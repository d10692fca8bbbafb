import { bucketSeconds } from '../figures.ts';
import { minutes } from '../words.ts';
import { element, type Markup, px } from './markup.ts';

export const WIDTH = 1_000;
export const MARGIN = 16;
/** Room for the names of pods. */
export const LEFT = 216;
const RIGHT = 24;
export const PLOT_WIDTH = WIDTH - LEFT - RIGHT;
const MOST_TICKS = 10;

/** Where a time stands in the picture. */
export interface Axis {
  readonly lengthMs: number;
  /** Of a time since the start; one outside of the run stands at its edge. */
  readonly x: (ms: number) => number;
}

export function axisOf(lengthMs: number): Axis {
  return {
    lengthMs,
    x: (ms) => LEFT + (Math.min(lengthMs, Math.max(0, ms)) / lengthMs) * PLOT_WIDTH,
  };
}

/** Lines through all panels from `top` to `bottom`, with their times below. */
export function timeAxis({ lengthMs, x }: Axis, top: number, bottom: number): readonly Markup[] {
  const stepMs = bucketSeconds(Math.ceil(lengthMs / 1_000), MOST_TICKS) * 1_000;
  const ticks = Array.from({ length: Math.floor(lengthMs / stepMs) + 1 }, (_, index) => index * stepMs);
  return ticks.flatMap((ms) => [
    element('line', { class: 'grid', x1: px(x(ms)), x2: px(x(ms)), y1: top, y2: bottom }),
    element('text', { class: 'pale small', x: px(x(ms)), y: bottom + 15, 'text-anchor': 'middle' }, minutes(ms)),
  ]);
}
