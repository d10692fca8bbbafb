import type { SubjectReport } from '../finding.ts';

/** The schema is in docs/doctor.md. `version` is that of drain-wait. */
export function jsonReport(reports: readonly SubjectReport[], version: string): string {
  return `${JSON.stringify({ version, subjects: reports }, undefined, 2)}\n`;
}
