import { styleText } from 'node:util';
import { markdownLines } from '../markdown.ts';
import { figuresOf, type RolloutFigures, type Spread } from './figures.ts';
import type { RolloutResult } from './result.ts';

const MOST_COLUMNS = 120;
const GAP = '  ';
const UNKNOWN = '-';

type Style = Parameters<typeof styleText>[0];

interface Cell {
  readonly text: string;
  readonly style?: Style | undefined;
}

interface Column {
  /** Two lines at a terminal, one in Markdown. */
  readonly head: readonly [string, string];
  readonly value: (figures: RolloutFigures) => string;
  /** How a value stands out; undefined where it does not. */
  readonly style?: (figures: RolloutFigures) => Style | undefined;
}

const COLUMNS: readonly Column[] = [
  { head: ['', 'sent'], value: ({ sent }) => `${sent}` },
  {
    head: ['', 'failed'],
    value: ({ failed }) => `${failed}`,
    style: ({ failed }) => (failed > 0 ? ['bold', 'red'] : 'green'),
  },
  { head: ['SIGTERM', 'after, s'], value: ({ sigtermAfterMs }) => both(sigtermAfterMs, seconds) },
  { head: ['wasted,', 's'], value: ({ wastedMs }) => seconds(wastedMs?.median) },
  {
    head: ['routed after', 'SIGTERM, s'],
    value: ({ routedAfterSigtermMs }) => seconds(routedAfterSigtermMs?.worst),
    style: ({ routedAfterSigtermMs }) => ((routedAfterSigtermMs?.worst ?? 0) > 0 ? 'red' : undefined),
  },
  { head: ['calls', 'a pod'], value: ({ calls }) => both(calls, rounded) },
  {
    head: ['LBC', 'throttled'],
    value: ({ controllerThrottles }) => `${controllerThrottles}`,
    style: ({ controllerThrottles }) => (controllerThrottles > 0 ? 'yellow' : undefined),
  },
  {
    head: ['pods', 'killed'],
    value: ({ killed }) => `${killed}`,
    style: ({ killed }) => (killed > 0 ? 'red' : undefined),
  },
  { head: ['rollout,', 's'], value: ({ durationMs }) => seconds(durationMs) },
];

const MEANINGS = {
  'SIGTERM after': 'from the deletion of a pod to the SIGTERM of its application; median / worst pod',
  wasted: 'held although the load balancer had really stopped routing to the pod; median pod',
  'routed after': 'how long new requests still came to a pod that had got SIGTERM; worst pod',
  'calls a pod': 'to ELBv2; median / worst pod',
  'LBC throttled': 'ELBv2 calls of the load balancer controller that were refused because of the rate',
} as const;

export interface TableOptions {
  readonly colors: boolean;
}

/** A strategy a line, then what failed and what the columns mean. At most 120 columns wide. */
export function terminalTable(results: readonly RolloutResult[], options: TableOptions): string {
  const rows = results.map((result): readonly Cell[] => {
    const figures = figuresOf(result);
    return [
      { text: result.title, style: 'bold' },
      ...COLUMNS.map(({ value, style }) => ({ text: value(figures), style: style?.(figures) })),
    ];
  });
  return [...align([...heads(), ...rows], options), ...failed(results, options), ...legend(options)].join('\n');
}

function heads(): readonly (readonly Cell[])[] {
  const lines = [
    ['', ...COLUMNS.map(({ head: [upper] }) => upper)],
    ['strategy', ...COLUMNS.map(({ head: [, lower] }) => lower)],
  ];
  return lines.map((line) => line.map((text) => ({ text, style: 'dim' })));
}

/** Titles to the left, and cut where there is no room for them; numbers to the right. */
function align(rows: readonly (readonly Cell[])[], options: TableOptions): readonly string[] {
  const widths = COLUMNS.map((_, column) => longest(rows.map((row) => row[column + 1]?.text ?? '')));
  const left = widths.reduce((room, width) => room - GAP.length - width, MOST_COLUMNS);
  const titleWidth = Math.min(left, longest(rows.map(([title]) => title?.text ?? '')));
  return rows.map((row) =>
    row
      .map(({ text, style }, column) => {
        const width = widths[column - 1];
        return paint(style, width === undefined ? cut(text, titleWidth) : text.padStart(width), options);
      })
      .join(GAP),
  );
}

function failed(results: readonly RolloutResult[], options: TableOptions): readonly string[] {
  const whys = results
    .map((result) => ({ title: result.title, why: figuresOf(result).failedByWhy }))
    .filter(({ why }) => why !== '');
  if (whys.length === 0) return [];
  const width = Math.min(MOST_COLUMNS / 2, longest(whys.map(({ title }) => title)));
  const left = MOST_COLUMNS - 2 * GAP.length - width;
  return [
    '',
    paint('dim', 'what failed', options),
    ...whys.map(({ title, why }) => `${GAP}${cut(title, width)}${GAP}${cut(why, left).trimEnd()}`),
  ];
}

function legend(options: TableOptions): readonly string[] {
  const width = longest(Object.keys(MEANINGS));
  const lines = Object.entries(MEANINGS).map(([head, meaning]) => `${head.padEnd(width)}${GAP}${meaning}`);
  return ['', ...lines.map((line) => paint('dim', line, options))];
}

function longest(texts: readonly string[]): number {
  return Math.max(...texts.map((text) => text.length));
}

/** Exactly `width` letters. */
function cut(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text.padEnd(width);
}

function paint(style: Style | undefined, text: string, { colors }: TableOptions): string {
  return colors && style !== undefined ? styleText(style, text, { validateStream: false }) : text;
}

/** A table for the docs: all that the terminal shows, in a strategy a row. */
export function markdownTable(results: readonly RolloutResult[]): string {
  const heads = ['strategy', ...COLUMNS.map(({ head }) => head.join(' ').trim()), 'failed by why'];
  const rules = ['---', ...COLUMNS.map(() => '---:'), '---'];
  const rows = results.map((result) => {
    const figures = figuresOf(result);
    return [result.title, ...COLUMNS.map(({ value }) => value(figures)), figures.failedByWhy];
  });
  return markdownLines(heads, rules, rows);
}

function both(spread: Spread | undefined, show: (value: number) => string): string {
  return spread === undefined ? UNKNOWN : `${show(spread.median)} / ${show(spread.worst)}`;
}

/** Without the unit, which stands in the head. */
function seconds(ms: number | undefined): string {
  return ms === undefined ? UNKNOWN : (ms / 1_000).toFixed(1);
}

/** The median of an even number of pods may lie between two of them. */
function rounded(value: number): string {
  return `${Math.round(value * 10) / 10}`;
}
