import { mostFrequentFirst } from '../counts.ts';
import { bucketSeconds, bucketsOf, type Figures, figuresOf } from '../figures.ts';
import type { Run } from '../run.ts';
import { amount, count } from '../words.ts';
import { axisOf, LEFT, MARGIN, PLOT_WIDTH, timeAxis, WIDTH } from './axis.ts';
import { element, type Markup, px } from './markup.ts';
import { colorsOf, STYLE } from './palette.ts';
import { failuresPanel, holdsPanel, latencyPanel, type Panel } from './panels.ts';
import { CLOCKS, circumstances, latencyWords, subject, verdict } from './phrases.ts';

const LINE = 18;
const GAP = 24;
const MOST_HOLDS = 60;
const LEAST_BAR_WIDTH = 2;

/** One picture that needs nothing else. */
export function svgReport(run: Run): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${svg(run).markup}\n`;
}

/** For a page as well. */
export function svg(run: Run): Markup {
  const figures = figuresOf(run.record.seconds);
  const kinds = mostFrequentFirst(figures.failures);
  const colors = colorsOf(kinds.map(([why]) => why));
  const top = 4 * LINE + (kinds.length === 0 ? 0 : LINE) + GAP;
  const { marks, bottom } = panels(run, colors, top);
  const height = bottom + 2 * LINE + MARGIN;
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      class: 'dw',
      viewBox: `0 0 ${WIDTH} ${height}`,
      width: WIDTH,
      height,
      role: 'img',
    },
    element('title', {}, `${subject(run)}: ${verdict(figures)}`),
    element('style', {}, { markup: STYLE }),
    element('rect', { class: 'paper', width: WIDTH, height }),
    ...head(run, figures),
    ...legend(kinds, colors, 5 * LINE),
    ...marks,
    ...foot(run, bottom + 2 * LINE),
  );
}

function head(run: Run, figures: Figures): readonly Markup[] {
  const { failed, latencies } = figures;
  return [
    textAt(MARGIN, LINE + 6, subject(run), 'title'),
    textAt(MARGIN, 2 * LINE + 8, circumstances(run), 'pale'),
    textAt(MARGIN, 3 * LINE + 12, verdict(figures), failed === 0 ? 'strong good' : 'strong bad'),
    ...(latencies === undefined
      ? []
      : [textAt(MARGIN, 4 * LINE + 12, `Latency of good answers: ${latencyWords(latencies)}`)]),
  ];
}

function legend(
  kinds: readonly (readonly [string, number])[],
  colors: ReadonlyMap<string, string>,
  y: number,
): readonly Markup[] {
  let x = MARGIN;
  return kinds.flatMap(([why, number]) => {
    const text = `${count(number)} ${why}`;
    const marks = [
      element('rect', { x: px(x), y: y + 4, width: 10, height: 10, fill: colors.get(why) }),
      textAt(x + 15, y + 13, text),
    ];
    // Nobody can tell how wide a text is; this is enough for most.
    x += 15 + text.length * 7 + 16;
    return marks;
  });
}

function panels(
  { record, lengthMs, seen }: Run,
  colors: ReadonlyMap<string, string>,
  top: number,
): { readonly marks: readonly Markup[]; readonly bottom: number } {
  const length = Math.max(1, Math.ceil(lengthMs / 1_000));
  const buckets = bucketsOf(record.seconds, length, bucketSeconds(length, PLOT_WIDTH / LEAST_BAR_WIDTH));
  const axis = axisOf(length * 1_000);
  const holds = seen?.holds.slice(0, MOST_HOLDS) ?? [];
  const draw: readonly ((y: number) => Panel)[] = [
    (y) => failuresPanel(buckets, axis, y, colors),
    (y) => latencyPanel(buckets, axis, y),
    ...(holds.length === 0 ? [] : [(y: number) => holdsPanel(holds, buckets, axis, y)]),
  ];
  let bottom = top;
  const marks = draw.flatMap((panelAt) => {
    const panel = panelAt(bottom);
    bottom += panel.height + GAP;
    return panel.marks;
  });
  bottom -= GAP;
  return { marks: [...timeAxis(axis, top, bottom), ...marks], bottom };
}

function foot({ seen }: Run, y: number): readonly Markup[] {
  if (seen === undefined || seen.holds.length === 0) return [];
  const hidden = seen.holds.length - MOST_HOLDS;
  const more = hidden > 0 ? `${amount(hidden, 'more hold')} not shown. ` : '';
  return [textAt(LEFT, y, `${more}${CLOCKS}`, 'pale small')];
}

function textAt(x: number, y: number, text: string, look?: string): Markup {
  return element('text', { class: look, x: px(x), y }, text);
}
