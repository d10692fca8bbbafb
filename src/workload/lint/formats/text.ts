import { styleText } from 'node:util';
import type { Finding, Severity } from '../finding.ts';
import { amount, countsInWords, inFull, type Report } from './report.ts';

const COLORS: Readonly<Record<Severity, Parameters<typeof styleText>[0]>> = {
  error: 'red',
  warning: 'yellow',
  info: 'blue',
};

/** Grouped by file, each finding with its why and fix; colours only where the standard output is a terminal. */
export function textReport(report: Report): string {
  const groups = Map.groupBy(report.findings, ({ file }) => file);
  const blocks = [...groups.values()].map((findings) => findings.map(explained).join(''));
  return `${blocks.map((block) => `${block}\n`).join('')}${closing(report)}\n`;
}

/** One line for each finding. */
export function briefReport({ findings }: Report): string {
  return findings.map(headline).join('');
}

function explained(finding: Finding): string {
  return `${headline(finding)}    why  ${finding.why}\n    fix  ${finding.fix}\n`;
}

function headline(finding: Finding): string {
  const { file, line, severity, rule } = finding;
  return `${file}:${line}: ${styleText(COLORS[severity], severity)} ${styleText('bold', rule)}  ${inFull(finding)}\n`;
}

function closing(report: Report): string {
  const { findings, files, workloads } = report;
  const looked = `${amount(workloads, 'workload')} in ${amount(files, 'file')}`;
  if (workloads === 0) return `Nothing to look at: ${looked}.`;
  return findings.length === 0 ? `Nothing found: ${looked}.` : `${countsInWords(report)}: ${looked}.`;
}
