import { isAbsolute, relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Finding, Rule, Severity } from '../finding.ts';
import { RULES } from '../rules.ts';
import { inFull, type Report } from './report.ts';

const LEVELS: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', info: 'note' };

/** SARIF 2.1.0, as GitHub code scanning takes it. */
export function sarifReport({ findings, version }: Report): string {
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'drain-wait lint', semanticVersion: version, rules: RULES.map(toRule) } },
        columnKind: 'utf16CodeUnits',
        results: findings.map(toResult),
      },
    ],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}

function toRule({ id, severity, finds, why, fix, more }: Rule) {
  return {
    id,
    shortDescription: { text: sentence(finds) },
    fullDescription: { text: `${sentence(finds)} ${why}` },
    help: { text: `${why}\n\n${fix}` },
    helpUri: more,
    defaultConfiguration: { level: LEVELS[severity] },
    properties: { 'problem.severity': severity === 'info' ? 'recommendation' : severity },
  };
}

function toResult(finding: Finding) {
  const { rule, severity, why, fix, file, line } = finding;
  return {
    ruleId: rule,
    ruleIndex: RULES.findIndex(({ id }) => id === rule),
    level: LEVELS[severity],
    message: { text: `${inFull(finding)}.\n${why}\n${fix}` },
    locations: [{ physicalLocation: { artifactLocation: { uri: uriOf(file) }, region: { startLine: line } } }],
  };
}

/** Relative to where lint was started, which is the root of the repository in CI; absolute where it lies outside. */
function uriOf(file: string): string {
  const path = isAbsolute(file) ? relative('', file) : file;
  if (path.startsWith('..')) return pathToFileURL(file).href;
  return path.split(sep).map(encodeURIComponent).join('/');
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
