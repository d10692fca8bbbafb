import type { PodFate } from '../result.ts';
import {
  BAR_HEIGHT,
  inSeconds,
  LANE_HEIGHT,
  type Layer,
  legendY,
  pixels,
  ROW_PADDING,
  type Row,
  SAYS,
  TICK_HEIGHT,
  type TimeAxis,
} from './layout.ts';
import { BLACK, PHASES, ROUTES, WHYS } from './palette.ts';

/** The symbol of a legend, as a path. */
const UPRIGHT = 'M0,-0.8L0,0.8';

export function phases(rows: readonly Row[], time: TimeAxis): Layer {
  const values = eachPod(rows, (pod, y) => phasesOf(pod).map((phase) => ({ ...phase, y, y2: y + BAR_HEIGHT })));
  return {
    name: 'phases',
    data: { values },
    mark: { type: 'rect' },
    encoding: {
      x: time('fromS'),
      x2: { field: 'toS' },
      y: pixels('y'),
      y2: { field: 'y2' },
      description: SAYS,
      color: colors(PHASES, { line: 0, symbolType: 'square' }),
    },
  };
}

/** A phase that takes no time, like the settling of a pod that got SIGTERM before its deregistration, is left out. */
function phasesOf({ pod, deletedAtMs, deregisteredAtMs, sigtermAtMs, endedAtMs }: PodFate) {
  const heldUntilMs = Math.min(deregisteredAtMs ?? sigtermAtMs, sigtermAtMs);
  return [
    span(pod, PHASES.hold.label, deletedAtMs, heldUntilMs),
    span(pod, PHASES.settle.label, heldUntilMs, sigtermAtMs),
    span(pod, PHASES.shutdown.label, sigtermAtMs, endedAtMs),
  ].filter(({ fromS, toS }) => toS > fromS);
}

export function routes(rows: readonly Row[], time: TimeAxis): Layer {
  const values = eachPod(rows, (pod, y) => routesOf(pod).map((route) => ({ ...route, y: y + BAR_HEIGHT / 2 })));
  return {
    name: 'routes',
    data: { values },
    mark: { type: 'rule', strokeWidth: 2 },
    encoding: {
      x: time('fromS'),
      x2: { field: 'toS' },
      y: pixels('y'),
      description: SAYS,
      color: colors(ROUTES, { line: 1, symbolType: 'stroke' }),
    },
  };
}

/** From the start on: until its deletion a pod gets requests like any other. */
function routesOf({ pod, sigtermAtMs, routedUntilMs }: PodFate) {
  const turnsAtMs = Math.min(sigtermAtMs, routedUntilMs);
  return [span(pod, ROUTES.before.label, 0, turnsAtMs), span(pod, ROUTES.after.label, turnsAtMs, routedUntilMs)].filter(
    ({ fromS, toS }) => toS > fromS,
  );
}

function span(pod: string, kind: string, fromMs: number, toMs: number) {
  const [fromS, toS] = [inSeconds(fromMs), inSeconds(toMs)];
  return { kind, fromS, toS, says: `${pod} ${kind}, ${fromS} s to ${toS} s` };
}

function eachPod<T>(rows: readonly Row[], draw: (pod: PodFate, y: number) => readonly T[]): T[] {
  return rows.flatMap(({ result, y }) =>
    result.pods.flatMap((pod, lane) => draw(pod, y + ROW_PADDING + lane * LANE_HEIGHT)),
  );
}

export function failures(rows: readonly Row[], time: TimeAxis): Layer {
  const values = rows.flatMap(({ result, y, height }) => {
    const y2 = y + height - ROW_PADDING;
    return result.failures.map(({ atMs, why }) => ({
      kind: Object.hasOwn(WHYS, why) ? why : WHYS.other.label,
      atS: inSeconds(atMs),
      says: `${why} at ${inSeconds(atMs)} s`,
      y: y2 - TICK_HEIGHT,
      y2,
    }));
  });
  return {
    name: 'failures',
    data: { values },
    mark: { type: 'rule', strokeWidth: 1.5 },
    encoding: {
      x: time('atS'),
      y: pixels('y'),
      y2: { field: 'y2' },
      description: SAYS,
      color: colors(WHYS, { line: 2, symbolType: UPRIGHT }),
    },
  };
}

interface LegendPlace {
  readonly line: number;
  readonly symbolType: string;
}

/** Colours with a legend of their own in the head of the picture. */
function colors(kinds: Readonly<Record<string, { label: string; color: string }>>, { line, symbolType }: LegendPlace) {
  const all = Object.values(kinds);
  return {
    field: 'kind',
    type: 'nominal',
    scale: { domain: all.map(({ label }) => label), range: all.map(({ color }) => color) },
    legend: {
      title: null,
      symbolType,
      symbolStrokeWidth: 2,
      labelFontSize: 12,
      labelColor: BLACK,
      labelLimit: 0,
      columnPadding: 6,
      direction: 'horizontal',
      orient: 'none',
      legendX: 0,
      legendY: legendY(line) - 7,
    },
  } as const;
}
