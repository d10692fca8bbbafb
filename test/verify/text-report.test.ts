import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { chart } from '../../src/verify/report/chart.ts';
import { ASCII, glyphsFor, keepEnd, UNICODE } from '../../src/verify/report/glyphs.ts';
import { liveLine } from '../../src/verify/report/live.ts';
import { textReport } from '../../src/verify/report/text.ts';
import { eventAt, failed, type RunOptions, runOf } from './support.ts';

const WIDE = { columns: 100, glyphs: UNICODE };

function text(options: RunOptions): string {
  return stripVTControlCharacters(textReport(runOf(options), WIDE));
}

/** A minute in which what is due in these seconds fails. */
function failing(seconds: Readonly<Record<number, string>>): RunOptions {
  return {
    results: Array.from({ length: 60 }, (_, second) => (seconds[second] === undefined ? {} : failed(seconds[second]))),
  };
}

describe('the text', () => {
  test('of a run in which all went well is short', () => {
    expect(text({})).toBe(`GET https://shop.example/healthz
1 requests a second for 1:00 from 2026-11-21 14:03:12 UTC, each over a connection of its own

None of 60 requests failed.
Answers: 60 HTTP 200
Latency of good answers: p50 20 ms, p95 20 ms, p99 20 ms, max 20 ms

failed  ${'·'.repeat(60)}
p95     ${'█'.repeat(60)}  most 20 ms
        0:00        0:12        0:24        0:36        0:48
`);
  });

  test('tells failures by kind and by second', () => {
    const said = text(failing({ 7: 'HTTP 502', 8: 'connection refused', 9: 'HTTP 502' }));
    expect(said).toContain(`3 of 60 requests failed (5 %).
  HTTP 502                 2
  connection refused       1
`);
    expect(said).toContain(`Failed requests, by the second in which they were due:
   0:07  1 HTTP 502
   0:08  1 connection refused
   0:09  1 HTTP 502
`);
    expect(said).toContain(`failed  ·······███${'·'.repeat(50)}  most 1\n`);
  });

  test('leaves out seconds where there are too many', () => {
    const said = text(failing(Object.fromEntries(Array.from({ length: 25 }, (_, second) => [second, 'no answer']))));
    expect(said.match(/^ +0:\d\d {2}1 no answer$/gm)).toHaveLength(20);
    expect(said).toContain('and in 5 more seconds; --json and an HTML report have them all');
  });

  test('shows holds on the same axis, and in words', () => {
    const said = text({
      ...failing({ 30: 'HTTP 502' }),
      args: ['--namespace', 'shop'],
      events: [
        eventAt(10, 'DrainWaitHolding'),
        eventAt(35.2, 'DrainWaitDrained', { note: 'Held SIGTERM for 25.2 s' }),
        eventAt(40, 'DrainWaitMisconfigured', { type: 'Warning', note: 'no hook' }),
        eventAt(55, 'DrainWaitHolding', { pod: { name: 'web-2', uid: 'uid-2' }, note: 'Holding SIGTERM' }),
      ],
    });
    expect(said).toContain(`failed  ${'·'.repeat(30)}█${'·'.repeat(29)}  most 1\n`);
    expect(said).toContain(`web-1   ${'·'.repeat(10)}${'━'.repeat(25)}┫${'·'.repeat(24)}\n`);
    expect(said).toContain(`web-2   ${'·'.repeat(55)}━━━━▶\n`);
    expect(said).toContain(`Holds in namespace shop:
  0:10 to 0:35  web-1  Held SIGTERM for 25.2 s
  0:55 to ?  web-2  Holding SIGTERM
Warnings of sidecars:
  0:40  web-1  no hook
The times of holds are by their pods' clocks`);
  });

  test('says that there was no hold, and why it may be wrong', () => {
    const said = text({ args: ['--namespace', 'shop'], events: [], problem: 'Events cannot be read.' });
    expect(said).toContain('No hold was seen in namespace shop.');
    expect(said).toContain('Note: There may be more holds than are shown. Events cannot be read.');
    expect(text({})).not.toContain('hold');
  });

  test.each<[string, RunOptions]>([
    ['It was ended early.', { endedEarly: true }],
    ['Every request failed: is it the right URL?', { results: [failed('no answer')] }],
    ['1 request could not be sent, because 1,000 others', { results: [failed('not sent'), {}] }],
    ['--insecure takes any certificate.', { results: [failed('TLS CERT_HAS_EXPIRED'), {}] }],
    [
      'Every answer was a redirect, and verify does not follow any',
      { results: [{ answer: { status: 301, latencyMs: 1, cut: false } }] },
    ],
    [
      '1 answer went on after 1 MiB. That was not read.',
      { results: [{}, { answer: { status: 200, latencyMs: 1, cut: true } }] },
    ],
  ])('has a note: %s', (note, options) => {
    expect(text(options)).toContain(`Note: ${note}`);
    expect(text({ results: [{}, {}] })).not.toContain('Note: ');
  });
});

describe('the chart', () => {
  const lines = (options: RunOptions, columns: number, glyphs = UNICODE) => chart(runOf(options), { columns, glyphs });

  test('is as wide as the terminal, and no wider', () => {
    const events = [
      eventAt(3, 'DrainWaitHolding', { pod: { name: 'a-very-long-name-of-a-pod-7c9f6d5b8-abcde', uid: 'u' } }),
    ];
    for (const columns of [60, 80, 120, 200]) {
      const widths = lines({ results: Array(300).fill({}), events }, columns).map((line) => line.length);
      expect(Math.max(...widths)).toBeLessThanOrEqual(columns);
    }
  });

  test('stretches a short run, and joins the seconds of a long one', () => {
    expect(lines({ results: Array(5).fill(failed('no answer')) }, 100)).toEqual([
      `failed  ${'█'.repeat(30)}  most 1`,
      `p95     ${'·'.repeat(30)}`,
      '        0:00        0:02        0:04',
    ]);
    const long = lines(
      { results: Array.from({ length: 300 }, (_, second) => (second < 8 ? failed('no answer') : {})) },
      84,
    );
    expect(long[0]).toBe(`failed  █▅${'·'.repeat(58)}  most 5`);
    expect(long.at(-2)).toBe('        0:00        1:00        2:00        3:00        4:00');
    expect(long.at(-1)).toBe('        each bar is 5 s');
  });

  test('has a level for whatever is not nothing', () => {
    const results = [1, 30, 60, 500, 1_000].map((latencyMs) => ({ answer: { status: 200, latencyMs, cut: false } }));
    expect(lines({ results }, 30)[1]).toMatch(/^p95 {5}▁+▄*█+ {2}most 1 s$/u);
  });

  test('does without Unicode where the terminal has none', () => {
    const events = [eventAt(1, 'DrainWaitHolding'), eventAt(3, 'DrainWaitDrained'), eventAt(4, 'DrainWaitHolding')];
    const said = lines({ results: [{}, failed('no answer'), {}, {}, {}, {}], events }, 100, ASCII);
    expect(said[0]).toBe('failed        ######                          most 1');
    expect(said[2]).toBe('web-1         ------------|');
    expect(said[3]).toBe('web-1                           ----------->');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the whole of ASCII
    expect(said.join('\n')).toMatch(/^[\x00-\x7f]*$/);
  });

  test('shows the first fifteen holds', () => {
    const events = Array.from({ length: 20 }, (_, nth) =>
      eventAt(nth, 'DrainWaitHolding', { pod: { name: `web-${nth}`, uid: `uid-${nth}` } }),
    );
    const said = lines({ events }, 100);
    expect(said.filter((line) => line.startsWith('web-'))).toHaveLength(15);
    expect(said.at(-1)).toBe('5 more holds only in the list below.');
  });

  test.each([
    [{ LANG: 'C.UTF-8' }, UNICODE],
    [{ LANG: 'de_DE.utf8' }, UNICODE],
    [{ LANG: 'de_DE.UTF-8', LC_ALL: 'C' }, ASCII],
    [{ LANG: 'C', LC_CTYPE: 'en_US.UTF-8', LC_ALL: '' }, UNICODE],
    [{}, ASCII],
  ])('takes its signs by the locale %j', (env, glyphs) => {
    expect(glyphsFor(env)).toBe(glyphs);
  });

  test('keeps the end of a long name', () => {
    expect(keepEnd('web-7c9f6d5b8-abcde', 8, UNICODE)).toBe('…8-abcde');
    expect(keepEnd('web-7c9f6d5b8-abcde', 8, ASCII)).toBe('...abcde');
    expect(keepEnd('web-1', 5, ASCII)).toBe('web-1');
  });
});

describe('the live line', () => {
  const { record } = runOf(failing({ 2: 'HTTP 502', 59: 'no answer' }));
  const state = { nowMs: 60_500, durationMs: 300_000, seconds: record.seconds, waiting: 0, holding: undefined };

  test('has the rate and the latencies of the last ten seconds, and all failures', () => {
    expect(liveLine(state)).toBe('1:00 of 5:00  1/s  p50 20 ms, p95 20 ms  2 of 60 failed: 1 HTTP 502, 1 no answer');
  });

  test('has what waits, and what is held', () => {
    expect(liveLine({ ...state, waiting: 3, holding: 1 })).toMatch(/ {2}3 waiting {2}1 pod held {2}2 of 60 failed/);
    expect(liveLine({ ...state, holding: 0 })).toMatch(/ {2}0 pods held {2}2 of/);
  });

  test('has something to say at the very start', () => {
    const nothing = { ...state, nowMs: 20, seconds: [] };
    expect(liveLine(nothing)).toBe('0:00 of 5:00  0/s  none of 0 failed');
  });
});
