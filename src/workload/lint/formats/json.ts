import { countsOf, type Report } from './report.ts';

export function jsonReport(report: Report): string {
  const { findings, files, workloads } = report;
  return `${JSON.stringify({ files, workloads, counts: countsOf(report), findings }, undefined, 2)}\n`;
}
