import { type Cell, nameOf } from './matrix.ts';
import { play } from './play.ts';
import { ImpossibleHere } from './stage.ts';
import { judge, mayBeTheMachine, type Verdict } from './verdict.ts';
import type { Ran } from './witness.ts';

/** Mostly a cell waits. */
const AT_ONCE = 20;
/** How often a cell is played again, alone, where the machine may have been too slow for it. */
const MOST_REPLAYS = 2;
/** More cells than these are not late by chance. */
const MOST_REPLAYED = 8;

export type Result =
  | { readonly kind: 'played'; readonly ran: Ran; readonly verdict: Verdict; readonly replays: number }
  /** `why` this machine cannot make the fault. */
  | { readonly kind: 'impossible'; readonly why: string }
  | { readonly kind: 'failed'; readonly error: unknown };

/** Plays the cells, many at once, and what went wrong by nothing but time once more. Never rejects. */
export async function playAll(cells: readonly Cell[]): Promise<ReadonlyMap<Cell, Result>> {
  const results = new Map<Cell, Result>();
  const waiting = cells.values();
  async function playOn(): Promise<void> {
    for (const cell of waiting) results.set(cell, await playOne(cell, 0));
  }
  await Promise.all(Array.from({ length: AT_ONCE }, playOn));
  for (let replays = 1; replays <= MOST_REPLAYS; replays += 1) {
    const late = cells.filter((cell) => isLate(results.get(cell)));
    if (late.length > MOST_REPLAYED) break;
    for (const cell of late) {
      console.error(`${nameOf(cell)}: ${tell(results.get(cell))}; once more, alone`);
      results.set(cell, await playOne(cell, replays));
    }
  }
  return results;
}

async function playOne({ fault, phase }: Cell, replays: number): Promise<Result> {
  try {
    const ran = await play(fault, phase);
    return { kind: 'played', ran, verdict: judge(fault, phase, ran), replays };
  } catch (error) {
    return error instanceof ImpossibleHere ? { kind: 'impossible', why: error.message } : { kind: 'failed', error };
  }
}

function isLate(result: Result | undefined): boolean {
  return result?.kind === 'played' && mayBeTheMachine(result.verdict);
}

function tell(result: Result | undefined): string {
  return result?.kind === 'played' ? [...result.verdict.broken, ...result.verdict.otherwise].join(', ') : '';
}
