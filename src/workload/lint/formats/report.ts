import type { Finding, Severity } from '../finding.ts';
import { SEVERITIES } from '../finding.ts';

/** What a format writes down. */
export interface Report {
  readonly findings: readonly Finding[];
  readonly files: number;
  readonly workloads: number;
  /** Of drain-wait. */
  readonly version: string;
}

export function countsOf({ findings }: Report): Readonly<Record<Severity, number>> {
  const count = (severity: Severity) => findings.filter((finding) => finding.severity === severity).length;
  return { error: count('error'), warning: count('warning'), info: count('info') };
}

/** `2 errors, 1 warning`; empty where there is nothing. */
export function countsInWords(report: Report): string {
  const counts = countsOf(report);
  return SEVERITIES.filter((severity) => counts[severity] > 0)
    .map((severity) => amount(counts[severity], severity))
    .join(', ');
}

/** What is wrong, with the object where that does not name it. */
export function inFull({ message, object }: Finding): string {
  return message.includes(object) ? message : `${object}: ${message}`;
}

export function amount(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
