import type { TopLevelSpec } from 'vega-lite';
import { figuresOf, type RolloutFigures } from '../figures.ts';
import type { RolloutResult } from '../result.ts';
import { GRAY } from './palette.ts';

/*
 * A row a strategy, and in it a lane a pod and below them a lane of failed requests. Places are pixels that are counted
 * out here and not left to Vega: without a canvas it can only guess how wide a text is, and would leave holes for it.
 */
const WIDTH = 1_000;
export const MARGIN = 16;
export const LEFT = 228;
export const RIGHT = 100;
export const BOTTOM = 50;
export const PLOT_WIDTH = WIDTH - LEFT - RIGHT;
export const LEFT_EDGE = MARGIN - LEFT;
export const RIGHT_EDGE = PLOT_WIDTH + RIGHT - MARGIN;
const LEGEND_LINE = 18;
export const LEGEND_Y = -3 * LEGEND_LINE - 14;
export const ROW_PADDING = 9;
export const LANE_HEIGHT = 11;
export const BAR_HEIGHT = 8;
export const TICK_HEIGHT = 10;
/** A title of two lines needs as much, however few pods there are. */
const LEAST_LANES = 2;
/** What a screen reader says of a mark; else Vega would tell the pixels. */
export const SAYS = { field: 'says' } as const;

export type Layer = Extract<TopLevelSpec, { readonly layer: unknown }>['layer'][number];

/** A row of the picture; y in pixels from the first row's upper edge. */
export interface Row {
  readonly result: RolloutResult;
  readonly figures: RolloutFigures;
  readonly y: number;
  readonly height: number;
}

export function placeRows(results: readonly RolloutResult[]): readonly Row[] {
  let nextY = 0;
  return results.map((result) => {
    const y = nextY;
    const height = Math.max(LEAST_LANES, result.pods.length) * LANE_HEIGHT + TICK_HEIGHT + 2 * ROW_PADDING;
    nextY += height;
    return { result, figures: figuresOf(result), y, height };
  });
}

export type TimeAxis = ReturnType<typeof timeAxis>;

/** Gives the encoding of a field in seconds; all layers share its scale. */
export function timeAxis(results: readonly RolloutResult[]) {
  const scale = { domain: [0, lastSecond(results)], nice: false };
  const axis = {
    title: 'seconds since the start of the rolling update',
    titleColor: GRAY,
    titleFontWeight: 'normal',
    titleFontSize: 12,
    titlePadding: 8,
    labelColor: GRAY,
    labelFontSize: 11,
    labelFlush: false,
    gridColor: '#eaeef2',
    domain: false,
    ticks: false,
    tickCount: 10,
  } as const;
  return (field: string) => ({ field, type: 'quantitative', scale, axis }) as const;
}

function lastSecond(results: readonly RolloutResult[]): number {
  const ends = results.flatMap((result) => [
    result.durationMs,
    ...result.pods.flatMap(({ endedAtMs, routedUntilMs }) => [endedAtMs, routedUntilMs]),
    ...result.failures.map(({ atMs }) => atMs),
  ]);
  return Math.max(1, ...ends.map(inSeconds));
}

export function inSeconds(ms: number): number {
  return Math.round(ms) / 1_000;
}

export function pixels(field: string) {
  return { field, type: 'quantitative', scale: null, axis: null } as const;
}

export function legendY(line: number): number {
  return LEGEND_Y + line * LEGEND_LINE + 7;
}
