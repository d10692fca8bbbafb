import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import type { SeenEvent } from '../../src/core/seen-event.ts';
import { htmlReport } from '../../src/verify/report/html.ts';
import { jsonReport } from '../../src/verify/report/json.ts';
import { colorsOf } from '../../src/verify/report/palette.ts';
import { svgReport } from '../../src/verify/report/svg.ts';
import { eventAt, failed, type RunOptions, runOf } from './support.ts';

const HOLDS: readonly SeenEvent[] = [
  eventAt(10, 'DrainWaitHolding'),
  eventAt(35.2004, 'DrainWaitDrained', { note: 'Held SIGTERM for 25.2 s' }),
  eventAt(40, 'DrainWaitMisconfigured', { type: 'Warning', note: 'no hook' }),
  eventAt(55, 'DrainWaitHolding', { pod: { name: 'web-2', uid: 'uid-2' }, note: 'Holding SIGTERM' }),
];

const ROLLOUT: RunOptions = {
  args: ['--namespace', 'shop', '--header', 'X-Token: s3cret', '--expect', '200'],
  events: HOLDS,
  results: [
    {},
    failed('connection refused'),
    { failure: 'HTTP 502', answer: { status: 502, latencyMs: 1.26, cut: false } },
    {},
  ],
  lengthMs: 60_000,
};

describe('the JSON', () => {
  test('has all there is to say', () => {
    expect(JSON.parse(jsonReport(runOf(ROLLOUT)))).toEqual({
      version: '1.2.3',
      url: 'https://shop.example/healthz',
      method: 'GET',
      header: ['x-token'],
      expect: '200',
      keepAlive: false,
      ratePerSecond: 1,
      timeoutMs: 15_000,
      startedAt: '2026-11-21T14:03:12.000Z',
      lengthMs: 60_000,
      endedEarly: false,
      requests: 4,
      failed: 2,
      failures: { 'HTTP 502': 1, 'connection refused': 1 },
      answers: { 'HTTP 200': 2, 'HTTP 502': 1 },
      latencyMs: { p50: 20, p95: 20, p99: 20, max: 20 },
      failedSeconds: [
        { second: 1, failures: { 'connection refused': 1 } },
        { second: 2, failures: { 'HTTP 502': 1 } },
      ],
      namespace: 'shop',
      holds: [
        {
          pod: 'web-1',
          startedAtMs: 10_000,
          endedAtMs: 35_200,
          reason: 'DrainWaitDrained',
          warning: false,
          note: 'Held SIGTERM for 25.2 s',
        },
        { pod: 'web-2', startedAtMs: 55_000, reason: 'DrainWaitHolding', warning: false, note: 'Holding SIGTERM' },
      ],
      warnings: [{ pod: 'web-1', atMs: 40_000, note: 'no hook' }],
    });
  });

  test('leaves out what does not exist', () => {
    const report = JSON.parse(jsonReport(runOf({ results: [failed('no answer')] })));
    for (const field of ['latencyMs', 'namespace', 'holds', 'warnings', 'holdsProblem'])
      expect(report).not.toHaveProperty(field);
    const blind = JSON.parse(jsonReport(runOf({ args: ['--namespace', 'shop'], events: [], problem: 'forbidden' })));
    expect(blind).toMatchObject({ holds: [], warnings: [], holdsProblem: 'forbidden' });
  });

  test('has every field in its documentation', async () => {
    const page = await readFile('docs/verify.md', 'utf8');
    const [, section = ''] = page.split('## JSON');
    const documented = [...section.matchAll(/^\| `(\w+)`/gm)].map(([, field]) => field);
    expect(documented).toEqual([...Object.keys(JSON.parse(jsonReport(runOf(ROLLOUT)))), 'holdsProblem']);
  });
});

const EVIL = `</text><script>alert("x")</script>&<a href='javascript:1'>`;
const DOCUMENTS = [
  ['SVG', (options: RunOptions) => svgReport(runOf(options))],
  ['HTML', (options: RunOptions) => htmlReport(runOf(options))],
] as const;

describe.each(DOCUMENTS)('the %s', (_, write) => {
  const nothing: RunOptions = { results: [failed('no answer')], args: ['--namespace', 'shop'], events: [] };

  test.each([{}, ROLLOUT, nothing, { ...ROLLOUT, problem: 'forbidden', endedEarly: true }])(
    'is well-formed, %#',
    (options) => {
      expect(openTags(write(options))).toEqual([]);
    },
  );

  test('takes nothing from elsewhere', () => {
    const document = write(ROLLOUT)
      .replaceAll('http://www.w3.org/2000/svg', '')
      .replaceAll('https://shop.example/healthz', '');
    expect(document).not.toMatch(
      /https?:|url\(|<(script|link|image|img|iframe|use|foreignObject)|@import| on\w+=| href=/i,
    );
  });

  test('takes whatever others have written for text', () => {
    const events = HOLDS.map((event) => ({ ...event, note: EVIL, pod: { name: EVIL, uid: event.pod.uid } }));
    const args = ['--namespace', 'shop', '--url', `https://shop.example/<script>"'&?<b>=1`];
    const results = [failed(`DNS ${EVIL}`), {}];
    const document = write({ args, results, events, problem: EVIL, lengthMs: 60_000 });
    expect(openTags(document)).toEqual([]);
    expect(document).not.toMatch(/<script|<a |<b>=/);
    expect(document).toContain('&lt;script&gt;alert(&quot;x&quot;)');
  });

  test('has the failures, the holds and their words, and no secret', () => {
    const document = write(ROLLOUT);
    expect(document).toContain('2 of 4 requests failed (50 %).');
    expect(document).toContain('1 connection refused');
    expect(document).toContain('web-2');
    expect(document).toContain('Held SIGTERM for 25.2 s');
    expect(document).not.toContain('s3cret');
  });

  test('can be read in the dark', () => {
    expect(write({})).toContain('@media (prefers-color-scheme: dark)');
  });

  test('is the same for the same run', () => {
    expect(write(ROLLOUT)).toBe(write(ROLLOUT));
  });
});

describe('the picture', () => {
  test('has a bar for each kind in each second, and a lane for each hold, where they belong', () => {
    const svg = svgReport(runOf(ROLLOUT));
    // The plot is 760 wide and begins at 216; a second of sixty has 12.7 of it.
    expect(svg).toMatch(/<rect fill="#[\da-f]{6}" x="228.7" [^>]*><title>0:01: 1 connection refused<\/title>/);
    expect(svg).toMatch(/<rect fill="#c4261d" x="241.3" [^>]*><title>0:02: 1 HTTP 502<\/title>/);
    expect(svg).toMatch(/<rect class="hold" x="342.7" [^>]*width="319.2"[^>]*><title>0:10 to 0:35 web-1: Held/);
    expect(svg).toMatch(/<rect class="hold open" x="912.7" [^>]*width="63.3"[^>]*><title>0:55 to \? web-2: Holding/);
  });

  test('stays small, however long the run and however many holds', () => {
    const events = Array.from({ length: 200 }, (_, nth) =>
      eventAt(nth, 'DrainWaitHolding', { pod: { name: `web-${nth}`, uid: `uid-${nth}` } }),
    );
    const svg = svgReport(runOf({ results: Array(3_600).fill(failed('no answer')), events }));
    expect(svg.match(/class="hold open"/g)).toHaveLength(60);
    expect(svg).toContain('140 more holds not shown.');
    expect(svg.length).toBeLessThan(200_000);
  });

  test('gives the same kinds the same colours', () => {
    expect(colorsOf(['HTTP 504', 'b', 'a'])).toEqual(colorsOf(['a', 'b', 'HTTP 504']));
    const kinds = ['HTTP 502', 'HTTP 504', 'a', 'b', 'c', 'd', 'e'];
    expect(new Set(colorsOf(kinds).values()).size).toBe(kinds.length);
  });
});

/** The tags that are not closed where they should be; XML is strict. */
function openTags(document: string): readonly string[] {
  const body = document.replace(/^<(\?xml|!DOCTYPE)[^>]*>/, '');
  const open: string[] = [];
  const between = body.split(/<(\/?)([A-Za-z][\w-]*)((?: [\w:-]+="[^"<]*")*)(\/?)>/);
  for (let at = 0; at < between.length; at += 5) {
    const [text = '', closing, name = '', , empty] = between.slice(at, at + 5);
    if (/[<>]|&(?!amp;|lt;|gt;|quot;|#39;)/.test(text)) open.push(`text ${text}`);
    if (name === '' || empty === '/') continue;
    if (closing !== '/') open.push(name);
    else if (open.pop() !== name) open.push(`/${name}`);
  }
  return open;
}
