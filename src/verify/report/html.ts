import { mostFrequentFirst } from '../counts.ts';
import { failedSeconds, figuresOf } from '../figures.ts';
import type { Run } from '../run.ts';
import { count, countsInWords, minutes } from '../words.ts';
import { element, type Markup } from './markup.ts';
import { notesOf } from './notes.ts';
import { FONT } from './palette.ts';
import { CLOCKS, circumstances, latencyWords, subject, verdict, when } from './phrases.ts';
import { svg } from './svg.ts';

const PAGE_STYLE = `
:root { color-scheme: light dark; }
body { font: 15px/1.5 ${FONT}; margin: 2rem auto; max-width: 1000px; padding: 0 1rem; }
h1 { font-size: 1.3rem; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin-top: 2rem; }
svg { max-width: 100%; height: auto; }
table { border-collapse: collapse; }
th, td { border-bottom: 1px solid #8885; padding: 0.2rem 1rem 0.2rem 0; text-align: left; vertical-align: top; }
td { overflow-wrap: anywhere; }
.number { text-align: right; white-space: nowrap; }
`;

/** One page that needs nothing else, and no script. */
export function htmlReport(run: Run): string {
  const figures = figuresOf(run.record.seconds);
  const title = `${subject(run)}: ${verdict(figures)}`;
  const page = element(
    'html',
    { lang: 'en' },
    element(
      'head',
      {},
      element('meta', { charset: 'utf-8' }),
      // Should anything ever get through: nothing runs, and nothing is fetched.
      element('meta', {
        'http-equiv': 'Content-Security-Policy',
        content: "default-src 'none'; style-src 'unsafe-inline'",
      }),
      element('meta', { name: 'viewport', content: 'width=device-width' }),
      element('title', {}, title),
      element('style', {}, { markup: PAGE_STYLE }),
    ),
    element(
      'body',
      {},
      element('h1', {}, subject(run)),
      element('p', {}, `${circumstances(run)}. ${verdict(figures)}`),
      ...notesOf(run, figures).map((note) => element('p', {}, element('b', {}, 'Note: '), note)),
      svg(run),
      ...failureTables(run),
      element('h2', {}, 'Answers'),
      table(
        ['answer', 'number'],
        mostFrequentFirst(run.record.statuses).map(([status, number]) => [status, count(number)]),
      ),
      ...(figures.latencies === undefined
        ? []
        : [element('p', {}, `Latency of good answers: ${latencyWords(figures.latencies)}.`)]),
      ...holdTables(run),
      element('p', {}, `Made by drain-wait verify ${run.version}.`),
    ),
  );
  return `<!DOCTYPE html>\n${page.markup}\n`;
}

function failureTables({ record }: Run): readonly Markup[] {
  const failed = failedSeconds(record.seconds);
  if (failed.length === 0) return [];
  const { failures } = figuresOf(record.seconds);
  return [
    element('h2', {}, 'Failed requests'),
    table(
      ['kind', 'number'],
      mostFrequentFirst(failures).map(([why, number]) => [why, count(number)]),
    ),
    element('h2', {}, 'Failed requests, by the second in which they were due'),
    table(
      ['time', 'failed'],
      failed.map(({ second, failures }) => [minutes(second * 1_000), countsInWords(failures)]),
    ),
  ];
}

function holdTables({ seen, request }: Run): readonly Markup[] {
  if (seen === undefined) return [];
  const { holds, notices } = seen;
  return [
    element('h2', {}, `Holds in namespace ${request.namespace}`),
    ...(holds.length === 0
      ? [element('p', {}, 'None was seen.')]
      : [
          table(
            ['time', 'pod', 'what it told'],
            holds.map((hold) => [when(hold), hold.pod, hold.note]),
          ),
          element('p', {}, CLOCKS),
        ]),
    ...(notices.length === 0
      ? []
      : [
          element('h2', {}, 'Warnings of sidecars'),
          table(
            ['time', 'pod', 'what it told'],
            notices.map(({ atMs, pod, note }) => [minutes(atMs), pod, note]),
          ),
        ]),
  ];
}

/** A column called `number` stands to the right. */
function table(heads: readonly string[], rows: readonly (readonly string[])[]): Markup {
  const row = (cell: 'th' | 'td', texts: readonly string[]) =>
    element(
      'tr',
      {},
      ...texts.map((text, column) => element(cell, { class: heads[column] === 'number' ? 'number' : undefined }, text)),
    );
  return element('table', {}, row('th', heads), ...rows.map((texts) => row('td', texts)));
}
