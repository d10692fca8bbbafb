import { count } from '../../../src/verify/words.ts';
import { type Layer, LEFT_EDGE, legendY, MARGIN, pixels, RIGHT_EDGE, type Row, SAYS } from './layout.ts';
import { BLACK, GRAY, GREEN, PALE, RED } from './palette.ts';

export const HEAD_LINE = 17;
const TITLE_LINE = 15;
const LETTERS_IN_TITLE = 27;

/** Vega puts it on top of all the rest. */
export function titleOf(text: string, subtitle: string[]) {
  return {
    text,
    subtitle,
    anchor: 'start',
    frame: 'group',
    dx: LEFT_EDGE,
    offset: MARGIN,
    color: BLACK,
    fontSize: 17,
    subtitleColor: GRAY,
    subtitleFontSize: 12,
    subtitleLineHeight: HEAD_LINE,
    subtitlePadding: 8,
  } as const;
}

export function inLines(text: string, letters: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > letters) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

export function separators(rows: readonly Row[]): Layer {
  return {
    data: { values: rows.map(({ y }) => ({ y })) },
    mark: { type: 'rule', color: PALE, aria: false },
    encoding: { x: { value: LEFT_EDGE }, x2: { value: RIGHT_EDGE }, y: pixels('y') },
  };
}

interface Words {
  readonly text: string | readonly string[];
  readonly y: number;
  readonly color: string;
}

function textLayer(name: string, words: readonly Words[], x: number, style: TextStyle): Layer {
  return {
    name,
    data: { values: words.map((word) => ({ ...word, says: [word.text].flat().join(' ') })) },
    mark: { type: 'text', baseline: 'middle', ...style },
    encoding: {
      x: { value: x },
      y: pixels('y'),
      text: { field: 'text' },
      description: SAYS,
      color: { field: 'color', type: 'nominal', scale: null },
    },
  };
}

interface TextStyle {
  readonly align: 'left' | 'right';
  readonly fontSize: number;
  readonly fontWeight?: 'bold';
  readonly lineHeight?: number;
}

export function legendNames(): Layer {
  const names = ['Pod', 'Load balancer', 'Failed request'];
  const words = names.map((text, line) => ({ text, y: legendY(line), color: GRAY }));
  return textLayer('legend-names', words, LEFT_EDGE, { align: 'left', fontSize: 12 });
}

export function rowTitles(rows: readonly Row[]): Layer {
  const words = rows.map(({ result, y, height }) => {
    const text = inLines(result.title, LETTERS_IN_TITLE);
    return { text, y: y + height / 2 - ((text.length - 1) * TITLE_LINE) / 2, color: BLACK };
  });
  return textLayer('titles', words, LEFT_EDGE, {
    align: 'left',
    fontSize: 12.5,
    lineHeight: TITLE_LINE,
    fontWeight: 'bold',
  });
}

export function failureCounts(rows: readonly Row[]): readonly Layer[] {
  const counts = rows.map(({ figures: { failed }, y, height }) => ({
    text: count(failed),
    y: y + height / 2 - 6,
    color: failed === 0 ? GREEN : RED,
  }));
  const totals = rows.map(({ figures: { sent }, y, height }) => ({
    text: `of ${count(sent)}`,
    y: y + height / 2 + 11,
    color: GRAY,
  }));
  const head = { text: 'failed requests', y: -9, color: GRAY };
  return [
    textLayer('failed', counts, RIGHT_EDGE, { align: 'right', fontSize: 17, fontWeight: 'bold' }),
    textLayer('sent', [head, ...totals], RIGHT_EDGE, { align: 'right', fontSize: 11 }),
  ];
}
