import { access, glob, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type CallCounts, NO_CALLS } from '../src/core/calls.ts';
import { ApiError, type ApiErrorKind } from '../src/core/errors.ts';
import type { HoldEvent } from '../src/core/journal.ts';
import { type HoldSummary, REASONS, type TargetSummary } from '../src/core/outcome.ts';
import { POD_EVENTS } from '../src/core/pod-event.ts';
import type { CheckProblem } from '../src/sidecar/startup-check.ts';
import { journalTo } from '../src/telemetry/log.ts';
import { advisedGraceSeconds, neededGraceSeconds } from '../src/workload/grace.ts';
import { names, table } from './support/docs-table.ts';
import { ALB_ARN, binding, POD } from './support/world.ts';

const [events, failures, works] = await Promise.all(
  ['events-and-logs', 'failure-modes', 'how-it-works'].map((name) => readFile(`docs/${name}.md`, 'utf8')),
);

function firstNames(rows: readonly (readonly string[])[]): readonly string[] {
  return rows.flatMap(([first]) => names(first));
}

const DENIED = new ApiError('denied', 'DescribeTargetHealth', 'no');
const TARGET: Required<TargetSummary> = {
  ...NO_CALLS,
  targetGroup: ALB_ARN,
  ip: '10.1.0.7',
  port: 8080,
  loadBalancer: 'alb',
  state: 'settled',
  lagMs: 1,
  settleMs: 1,
  states: [],
};
const SUMMARY: Required<HoldSummary> = {
  reason: 'drained',
  heldMs: 1,
  deadlineInMs: 1,
  observed: true,
  forceDeleted: true,
  kubernetes: NO_CALLS,
  targets: [TARGET],
};
const NAMED = { targetGroup: ALB_ARN, ip: '10.1.0.7', port: 8080 };
const GROUP = { group: binding().group, addresses: [{ ip: '10.1.0.7', port: 8080 }] };
const DISCOVERY = {
  source: 'endpoint-slice',
  groups: [GROUP],
  bindings: [],
  terminatingTargets: 1,
  undrainable: [],
  endpoint: 'unknown',
  complete: false,
  problems: [DENIED],
} as const;

/** Of every kind of event that a hold tells, those that make different lines, with every field that there may be. */
const TOLD: { readonly [Kind in HoldEvent['kind']]: readonly Extract<HoldEvent, { kind: Kind }>[] } = {
  'hold-started': [{ kind: 'hold-started', pod: POD, deadlineInMs: 1, observed: true }],
  'pod-unreadable': [{ kind: 'pod-unreadable', error: DENIED }],
  'pod-gone': [{ kind: 'pod-gone', error: DENIED }],
  'deadline-changed': [{ kind: 'deadline-changed', deadlineInMs: 1 }],
  discovered: [
    { kind: 'discovered', discovery: DISCOVERY, known: 0 },
    { kind: 'discovered', discovery: { ...DISCOVERY, groups: [] }, known: 0 },
    { kind: 'discovered', discovery: { ...DISCOVERY, groups: [] }, known: 1 },
  ],
  undrainable: [{ kind: 'undrainable', services: ['web'] }],
  'deletion-unseen': [{ kind: 'deletion-unseen', endpoint: 'serving' }],
  'call-failed': [{ kind: 'call-failed', targetGroup: ALB_ARN, error: DENIED }],
  'port-followed': [{ kind: 'port-followed', target: NAMED, insteadOfPort: 80 }],
  'target-changed': [{ kind: 'target-changed', target: NAMED, state: 'healthy', atMs: 1 }],
  released: [{ kind: 'released', pod: POD, summary: SUMMARY }],
  'cut-short': [{ kind: 'cut-short', pod: POD, heldMs: 1, observed: true, kubernetes: NO_CALLS, targets: [] }],
};

describe('docs/events-and-logs.md', () => {
  test('has every Event, with its type', () => {
    const rows = table(events, 'reason', 'type', 'when').map(([reason, type]) => [names(reason)[0], type]);
    const released = Object.values(REASONS).flatMap(({ event }) => event ?? []);
    const told = [...Object.values(POD_EVENTS), ...released].map(({ reason, type }) => [reason, type]);
    expect([...rows].sort()).toEqual([...told].sort());
  });

  test('has every field of the summary, in its order', () => {
    const fields: readonly string[] = Object.keys(SUMMARY);
    expect(firstNames(table(events, 'field', 'what it tells'))).toEqual(fields);
    const counts: { readonly [Count in keyof CallCounts]: true } = {
      calls: true,
      throttles: true,
      errors: true,
      apiMs: true,
    };
    expect(firstNames(table(events, 'count', 'what it tells'))).toEqual(Object.keys(counts));
    const ofTarget = Object.keys(TARGET).filter((field) => !(field in counts));
    expect(firstNames(table(events, 'field of a target', 'what it tells'))).toEqual(ofTarget);
  });

  test('has every line that a hold writes, with its fields', () => {
    const rows = new Map(
      table(events, '`msg`', 'level', 'other fields').map(([message, , fields]) => [
        names(message)[0] ?? '',
        names(fields),
      ]),
    );
    const write = (fields: Readonly<Record<string, unknown>>, message: string): void => {
      const extra = message === 'hold released' ? Object.keys(SUMMARY) : [];
      expect([...(rows.get(message) ?? []), ...extra].sort(), message).toEqual(Object.keys(fields).sort());
    };
    const journal = journalTo({ debug: write, info: write, warn: write, error: write });
    for (const event of Object.values(TOLD).flat()) journal(event);
  });

  test('has every other line of the sidecar', async () => {
    const documented = new Set(firstNames(table(events, '`msg`', 'level', 'other fields')));
    const sources = await Array.fromAsync(
      glob('src/{*,sidecar/*,telemetry/*,commands/{serve,wait,check}}.ts'),
      (path) => readFile(path, 'utf8'),
    );
    const written = sources.join('\n').matchAll(/log\.(?:info|warn|error)\((?:\{[^}]*\}|\w+), (?:'([^']+)'|why)\)/g);
    const messages = [...written].flatMap(([, message]) => message ?? []);
    expect(messages.length).toBeGreaterThan(3);
    expect(messages.filter((message) => !documented.has(message))).toEqual([]);
  });
});

describe('docs/failure-modes.md', () => {
  test('has a row for every reason, with its Event', () => {
    const rows = table(failures, 'reason', 'when').map(([reason, , , event]) => [names(reason)[0], event]);
    expect(rows).toEqual(
      Object.entries(REASONS).map(([reason, { event }]) => [
        reason,
        event === undefined ? expect.not.stringContaining('`') : `${event.type} \`${event.reason}\``,
      ]),
    );
  });

  test('has a row for every kind of error and of problem', () => {
    const kinds: { readonly [Kind in ApiErrorKind]: true } = {
      throttled: true,
      denied: true,
      unauthenticated: true,
      unreachable: true,
      'not-found': true,
      'bad-response': true,
    };
    const problems: { readonly [Kind in Exclude<CheckProblem['kind'], ApiErrorKind>]: true } = {
      undrainable: true,
      'no-hook': true,
      'short-grace': true,
    };
    expect(firstNames(table(failures, 'kind', 'what it is', 'what a hold does'))).toEqual(Object.keys(kinds));
    expect(firstNames(table(failures, 'kind', 'what it is', 'what happens'))).toEqual(Object.keys(problems));
  });
});

test('the worked examples of docs/how-it-works.md are what the program reckons', () => {
  const rows = table(works, 'behind', 'lag', 'settle', 'reserve', 'at least', 'set');
  expect(rows.length).toBeGreaterThan(4);
  for (const [behind, lag, settle, reserve, least, advised] of rows) {
    const [lagMs = 0, settleMs = 0, reserveMs = 0] = [lag, settle, reserve].map(
      (cell) => Number.parseInt(cell ?? '', 10) * 1_000,
    );
    const needs = { lagMs, settleMs, reserveMs };
    expect([`${neededGraceSeconds(needs)} s`, `${advisedGraceSeconds(needs)}`], behind).toEqual([least, advised]);
  }
});

test('the pages lead only to files and headings that exist', async () => {
  for await (const path of glob('docs/**/*.md')) {
    const page = await readFile(path, 'utf8');
    for (const [, link = '', heading = ''] of page.matchAll(/\]\(([\w./-]*)(?:#([\w-]+))?\)/g)) {
      const target = link === '' ? path : join(dirname(path), link);
      await access(target);
      if (heading === '') continue;
      const headings = [...(await readFile(target, 'utf8')).matchAll(/^#+ (.*)$/gm)].map(([, text = '']) =>
        anchor(text),
      );
      expect(headings, `${path} leads to ${target}#${heading}`).toContain(heading);
    }
  }
});

/** As GitHub makes the anchor of a heading. */
function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
}
