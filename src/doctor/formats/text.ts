import { styleText } from 'node:util';
import { sectionOf } from '../checks.ts';
import type { Facts } from '../facts.ts';
import { type Finding, LEVELS, type Level, type SubjectReport } from '../finding.ts';
import { count } from './worst.ts';

const COLORS: Readonly<Record<Level, Parameters<typeof styleText>[0]>> = {
  ok: 'green',
  note: 'blue',
  unknown: 'gray',
  warning: 'yellow',
  problem: 'red',
};

const WIDTH = Math.max(...LEVELS.map((level) => level.length)) + 2;

export interface TextOptions {
  readonly color: boolean;
  readonly from: Facts['from'];
}

type Paint = (format: Parameters<typeof styleText>[0], text: string) => string;

/** To read top-down: each subject, its sections in the order in which a hold goes, and what to do first. */
export function textReport(reports: readonly SubjectReport[], { color, from }: TextOptions): string {
  const paint: Paint = (format, text) => (color ? styleText(format, text, { validateStream: false }) : text);
  const subjects = reports.map((report) => subjectText(report, paint));
  return `${subjects.join('\n')}\n${closing(reports, from)}\n`;
}

function subjectText({ namespace, pod, alike, findings }: SubjectReport, paint: Paint): string {
  const others = alike.filter((name) => name !== pod);
  const like = others.length === 0 ? '' : `, and ${others.length} like it: ${others.join(', ')}`;
  const sections = Map.groupBy(findings, ({ check }) => sectionOf(check)?.title);
  const blocks = [...sections].map(
    ([title, found]) =>
      `${title === undefined ? '' : `\n  ${title}\n`}${found.map((each) => findingText(each, paint)).join('')}`,
  );
  return `${paint('bold', `Pod ${namespace}/${pod}`)}${like}\n${blocks.join('')}`;
}

function findingText({ check, level, message, why, fix }: Finding, paint: Paint): string {
  const name = level === 'warning' || level === 'problem' ? `  [${check}]` : '';
  return [
    `    ${paint(COLORS[level], level.padEnd(WIDTH))}${message}${name}`,
    ...(why === undefined ? [] : labelled('why', why)),
    ...(fix === undefined ? [] : labelled('fix', fix)),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

/** Further lines stand below the first, so that a snippet can be copied as a block. */
function labelled(label: string, text: string): readonly string[] {
  const [first = '', ...rest] = text.split('\n');
  const margin = ' '.repeat(4 + WIDTH);
  return [`${margin}${label}  ${first}`, ...rest.map((line) => `${margin}     ${line}`)];
}

/** The counts, and what to do first. */
function closing(reports: readonly SubjectReport[], from: Facts['from']): string {
  const counts = LEVELS.toReversed()
    .map((level) => ({ level, number: count(reports, level) }))
    .filter(({ number }) => number > 0)
    .map(({ level, number }) => amount(number, level));
  return [`${amount(reports.length, 'pod')} looked at: ${counts.join(', ')}.`, first(reports), elsewhere(reports, from)]
    .filter((sentence) => sentence !== undefined)
    .join(' ');
}

function first(reports: readonly SubjectReport[]): string | undefined {
  const bad = (['problem', 'warning'] as const).flatMap((level) =>
    reports.flatMap(({ pod, findings }) =>
      findings.filter((each) => each.level === level).map((each) => ({ pod, each })),
    ),
  );
  const [next] = bad;
  return next === undefined ? undefined : `First: ${next.each.message} [${next.each.check} of ${next.pod}].`;
}

function elsewhere(reports: readonly SubjectReport[], from: Facts['from']): string | undefined {
  if (count(reports, 'unknown') === 0) return undefined;
  return from === 'inside'
    ? 'What is unknown here can be seen from a laptop.'
    : 'What is unknown here can be seen inside the pod, or with more rights.';
}

const UNCOUNTED: readonly string[] = ['ok', 'unknown'];

function amount(number: number, what: string): string {
  return `${number} ${what}${number === 1 || UNCOUNTED.includes(what) ? '' : 's'}`;
}
