import type { FaultRow } from './fault.ts';
import { FAULTS } from './fault-rows.ts';
import { CELLS, type Cell } from './matrix.ts';
import { PHASES, type Phase } from './phases.ts';
import type { Result } from './play-all.ts';
import { BROKEN } from './verdict.ts';

type Results = ReadonlyMap<Cell, Result>;

/** The counts, and the table of the cells, as Markdown. */
export function report(results: Results): string {
  return `${counts(results)}\n\n${table(results)}\n`;
}

function counts(results: Results): string {
  const all = [...results.values()];
  const played = all.filter((result) => result.kind === 'played');
  const times = (count: (result: (typeof played)[number]) => number) =>
    played.reduce((sum, each) => sum + count(each), 0);
  // The kubelet calls, too.
  const callers = times(({ ran }) => ran.callers.asked + 1);
  const rows = [
    ['cells', `${played.length} of ${CELLS.length}`],
    ['callers', String(callers)],
    ...BROKEN.map(({ kind, plural }) => [
      plural,
      String(times(({ verdict }) => (verdict.broken.includes(kind) ? 1 : 0))),
    ]),
    [
      'holds that ended otherwise than the rules say',
      String(times(({ verdict }) => Math.sign(verdict.otherwise.length))),
    ],
    ['cells that could not be played', String(all.length - played.length)],
  ];
  return ['| counted | |', '| --- | ---: |', ...rows.map(([what, count]) => `| ${what} | ${count} |`)].join('\n');
}

function table(results: Results): string {
  const found = (fault: FaultRow, phase: Phase) => CELLS.find((cell) => cell.fault === fault && cell.phase === phase);
  const line = (fault: FaultRow) =>
    PHASES.map((phase) => {
      const cell = found(fault, phase);
      return cell === undefined ? '–' : shown(results.get(cell));
    }).join(' | ');
  return [
    `| what fails | how | ${PHASES.join(' | ')} |`,
    `| --- | --- | ${PHASES.map(() => '---').join(' | ')} |`,
    ...FAULTS.map((fault) => `| ${fault.where} | ${fault.name} | ${line(fault)} |`),
  ].join('\n');
}

/** A cell that was not played shows nothing. */
function shown(result: Result | undefined): string {
  if (result === undefined) return '';
  switch (result.kind) {
    case 'impossible':
      return 'not possible here';
    case 'failed':
      return `could not be played: ${String(result.error)}`;
    case 'played': {
      const { broken, otherwise } = result.verdict;
      return broken.length + otherwise.length === 0 ? `✓ ${result.ran.reason}` : [...broken, ...otherwise].join(', ');
    }
    default:
      return result satisfies never;
  }
}
