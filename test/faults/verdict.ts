import type { FaultRow } from './fault.ts';
import { DEADLINE_MS, expectedOf, leastFor } from './oracle.ts';
import type { Phase } from './phases.ts';
import type { Ran } from './witness.ts';

/** What must never be, whatever fails. */
export const BROKEN = [
  { kind: 'early release', plural: 'early releases' },
  { kind: 'let go too soon', plural: 'holds that ended sooner than their reason allows' },
  { kind: 'held past the deadline', plural: 'holds past the deadline' },
  { kind: 'crash', plural: 'crashes' },
  { kind: 'unexpected error', plural: 'unexpected errors of the program, which it survived' },
  { kind: 'killed for memory', plural: 'processes killed for memory' },
  { kind: 'unanswered caller', plural: 'cells with an unanswered caller' },
] as const;

type Broken = (typeof BROKEN)[number]['kind'];

export interface Verdict {
  /** Empty: all is as it must be. */
  readonly broken: readonly Broken[];
  /** What the rules expect otherwise; empty: nothing. */
  readonly otherwise: readonly string[];
}

/** A machine that plays many cells at once is late. */
const LATE_MS = 5_000;
/** The clocks of the kubelet and of the sidecar begin a moment apart. */
const APART_MS = 250;
/** Left of the grace period for the application, beside its reserve. */
const SAFETY_MS = 2_000;

export function judge(fault: FaultRow, phase: Phase, ran: Ran): Verdict {
  const { reason, answeredAfterMs, callers, exit, beganMs, killedForMemory } = ran;
  const broken: Broken[] = [];
  // By the rules `fallback` and `deadline` may be early; with the times of this matrix not even they are.
  if (!(ran.sigtermAfterRoutingMs > 0)) broken.push('early release');
  if (answeredAfterMs !== undefined && answeredAfterMs < leastFor(reason, ran) - APART_MS)
    broken.push('let go too soon');
  if (answeredAfterMs !== undefined && answeredAfterMs > DEADLINE_MS + SAFETY_MS) broken.push('held past the deadline');
  if (!exit.includes('"code":0')) broken.push('crash');
  if (ran.log.some((line) => line.includes('"level":"error"'))) broken.push('unexpected error');
  // Who comes after the release has a hold of its own where nothing told of a deletion, until the end of the application ends it.
  const cutShort = ran.log.some((line) => line.includes('told to stop during the hold')) ? 1 : 0;
  if (answeredAfterMs === undefined || callers.answered + cutShort < callers.asked || callers.asked < 2) {
    broken.push('unanswered caller');
  }
  if ((killedForMemory ?? 0) > 0) broken.push('killed for memory');
  return {
    broken,
    otherwise: beganMs === undefined ? ['the fault never began'] : surprises(fault, phase, beganMs, ran),
  };
}

function surprises(fault: FaultRow, phase: Phase, beganMs: number, ran: Ran): readonly string[] {
  const { reason, answeredAfterMs, deregisteredMs } = ran;
  const { reasons, leastMs, greatestMs } = expectedOf(fault, phase, { beganMs, deregisteredMs });
  const found: string[] = [];
  if (!reasons.includes(reason ?? '')) found.push(`${reason ?? 'no end'} instead of ${reasons.join(' or ')}`);
  if (answeredAfterMs === undefined) return found;
  if (answeredAfterMs < leastMs - APART_MS || answeredAfterMs > greatestMs + LATE_MS) {
    found.push(`held ${seconds(answeredAfterMs)} instead of ${seconds(leastMs)} to ${seconds(greatestMs)}`);
  }
  return found;
}

/** Whether all that went wrong is a matter of time, and so may be due to a machine that had too much to do. */
export function mayBeTheMachine({ broken, otherwise }: Verdict): boolean {
  // Past the grace period the kubelet kills whatever is left, the sidecar with those who wait for it.
  const late: readonly Broken[] = ['held past the deadline', 'crash', 'unanswered caller'];
  const isLate = broken.length === 0 || broken.includes('held past the deadline');
  return broken.length + otherwise.length > 0 && isLate && broken.every((kind) => late.includes(kind));
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
