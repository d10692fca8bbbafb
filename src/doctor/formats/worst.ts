import { type Finding, LEVELS, type Level, type SubjectReport } from '../finding.ts';

/** The worst of all; `ok` where there is nothing. */
export function worst(reports: readonly SubjectReport[]): Level {
  const levels = findingsIn(reports).map(({ level }) => LEVELS.indexOf(level));
  return LEVELS[Math.max(0, ...levels)] ?? 'ok';
}

function findingsIn(reports: readonly SubjectReport[]): readonly Finding[] {
  return reports.flatMap(({ findings }) => findings);
}

export function count(reports: readonly SubjectReport[], level: Level): number {
  return findingsIn(reports).filter((finding) => finding.level === level).length;
}
