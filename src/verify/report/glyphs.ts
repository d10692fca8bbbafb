/** The signs of a chart in a terminal, one column each. */
export interface Glyphs {
  /** From the lowest to the highest. */
  readonly levels: string;
  /** Where there is nothing. */
  readonly none: string;
  readonly hold: string;
  /** Where a hold ends. */
  readonly end: string;
  /** Where a hold goes on beyond the chart, or its end was not seen. */
  readonly open: string;
  /** For what is left out; may be longer. */
  readonly more: string;
}

export const UNICODE: Glyphs = { levels: '▁▂▃▄▅▆▇█', none: '·', hold: '━', end: '┫', open: '▶', more: '…' };
export const ASCII: Glyphs = { levels: '_.:-=+*#', none: ' ', hold: '-', end: '|', open: '>', more: '...' };

/** By the variable that decides of the characters of a terminal (POSIX: LC_ALL before LC_CTYPE before LANG). */
export function glyphsFor(env: Readonly<Record<string, string | undefined>>): Glyphs {
  const locale = ['LC_ALL', 'LC_CTYPE', 'LANG'].map((name) => env[name] ?? '').find((value) => value !== '') ?? '';
  return /utf-?8/i.test(locale) ? UNICODE : ASCII;
}

/** At most so many letters, the last ones: they tell pods apart. */
export function keepEnd(text: string, length: number, { more }: Glyphs): string {
  return text.length > length ? `${more}${text.slice(text.length - length + more.length)}` : text;
}
