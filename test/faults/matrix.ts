import type { FaultRow } from './fault.ts';
import { FAULTS } from './fault-rows.ts';
import { PHASES, type Phase } from './phases.ts';

/** One fault that begins in one phase. */
export interface Cell {
  readonly fault: FaultRow;
  readonly phase: Phase;
}

/** Every cell of the matrix. */
export const CELLS: readonly Cell[] = FAULTS.flatMap((fault) =>
  PHASES.filter((phase) => phase === 'start-up' || fault.onlyFromStart !== true).map((phase) => ({ fault, phase })),
);

export function nameOf({ fault, phase }: Cell): string {
  return `${fault.where}: ${fault.name}, ${phase}`;
}

/**
 * The cells to play. `1/3` is a third of them, in which every fault begins in two of its phases, and in every phase a third of the faults;
 * any other text is one that their names contain. Absent: all.
 */
export function chosen(part: string | undefined): readonly Cell[] {
  if (part === undefined || part === '') return CELLS;
  const [, number, of] = /^(\d+)\/(\d+)$/.exec(part) ?? [];
  if (number === undefined) return CELLS.filter((cell) => nameOf(cell).includes(part));
  const offset = Number(number);
  return CELLS.filter(
    ({ fault, phase }) =>
      fault.onlyFromStart === true ||
      (FAULTS.indexOf(fault) + PHASES.indexOf(phase)) % Number(of) === offset % Number(of),
  );
}
