// The rules of a hold once more, for one pod behind one ALB, written down from the documentation and not from the program:
// docs/how-it-works.md, docs/failure-modes.md. Nothing here is imported from src/.
import type { FaultRow, StrangeValue } from './fault.ts';
import { PHASES, type Phase } from './phases.ts';
import { FALLBACK_MS, GRACE_MS, MIN_HOLD_MS, RESERVE_MS, SETTLE_MS } from './rules.ts';

/** What a cell may end as. Times are simulated ms after the hook's arrival. */
export interface Expected {
  readonly reasons: readonly string[];
  readonly leastMs: number;
  readonly greatestMs: number;
}

/** Between the answer and what is reserved for the application. */
const SAFETY_MS = 2_000;
export const DEADLINE_MS = GRACE_MS - RESERVE_MS - SAFETY_MS;

/** The longest time from one look at ELBv2, or from one try of the discovery, to the next; while throttled. */
const STEP_MS = 8_000;
const THROTTLED_STEP_MS = 24_000;
/** The last look comes so long before the end by the clock. */
const LAST_LOOK_MS = 1_000;
const HEARD_MS = 1_000;
/** A call that hangs is given up after that. */
const CALL_MS = 6_000;

/** What the world around the sidecar did, after the hook's arrival. */
export interface Facts {
  /** When the fault began; negative where it did before the hook. */
  readonly beganMs: number;
  /** When the controller deregistered the target. */
  readonly deregisteredMs: number;
}

/** Nothing is in the way, or comes right `lateMs` later: the settle time after the deregistration was seen. */
function ordinary({ deregisteredMs }: Facts, lateMs = 0): Expected {
  const leastMs = deregisteredMs + SETTLE_MS;
  return { reasons: ['drained'], leastMs, greatestMs: leastMs + STEP_MS + lateMs };
}

/** By the clock, from the last time that something was seen; of that the test hears a little later than the sidecar. */
function byTheClock(lastSeenMs: number): Expected {
  const leastMs = Math.max(FALLBACK_MS, lastSeenMs - HEARD_MS + FALLBACK_MS);
  return { reasons: ['fallback'], leastMs, greatestMs: lastSeenMs + FALLBACK_MS + STEP_MS };
}

const AT_THE_DEADLINE: Expected = { reasons: ['deadline'], leastMs: DEADLINE_MS, greatestMs: DEADLINE_MS + SAFETY_MS };

/** The least that a hold lasts which gives this reason, whatever failed and when.  */
export function leastFor(reason: string | undefined, { deregisteredMs }: Pick<Facts, 'deregisteredMs'>): number {
  switch (reason) {
    case 'drained':
      return deregisteredMs + SETTLE_MS;
    case 'fallback':
      return FALLBACK_MS;
    case 'deadline':
      return DEADLINE_MS;
    default:
      return MIN_HOLD_MS;
  }
}

export function expectedOf({ effect }: FaultRow, phase: Phase, facts: Facts): Expected {
  switch (effect.kind) {
    case 'silent':
      return effect.api === 'ELBv2' ? elbv2Silent(effect, phase, facts) : kubernetesSilent(effect, phase, facts);
    case 'strange':
      return strange(effect.value, phase, facts);
    case 'late':
      return ordinary(facts, effect.byMs);
    default:
      return effect satisfies never;
  }
}

function isBefore(phase: Phase, other: Phase): boolean {
  return PHASES.indexOf(phase) < PHASES.indexOf(other);
}

interface Silence {
  /** Absent: for ever. */
  readonly forMs?: number;
  readonly firstUse?: true;
}

/** Until the deregistration was seen ELBv2 is needed, and after that no more. */
function elbv2Silent({ forMs = Number.POSITIVE_INFINITY, firstUse }: Silence, phase: Phase, facts: Facts): Expected {
  const seenBefore = !isBefore(phase, 'before draining');
  if (!isBefore(phase, 'settling') || (firstUse && seenBefore)) return ordinary(facts);
  const endsMs = facts.beganMs + forMs;
  const lastSeenMs = seenBefore ? facts.beganMs : 0;
  // There is a look a second before the hold would end by the clock; what it shows wins.
  if (endsMs > lastSeenMs + FALLBACK_MS - LAST_LOOK_MS) return byTheClock(lastSeenMs);
  const { reasons, leastMs, greatestMs } = ordinary(facts);
  return { reasons, leastMs, greatestMs: Math.max(greatestMs, endsMs + THROTTLED_STEP_MS + SETTLE_MS) };
}

/** Until the targets were found, all of them, Kubernetes is needed, and after that no more. */
function kubernetesSilent(
  { forMs = Number.POSITIVE_INFINITY, firstUse }: Silence,
  phase: Phase,
  facts: Facts,
): Expected {
  const wasUsed = !isBefore(phase, 'discovery');
  if (!isBefore(phase, 'before draining') || (firstUse && wasUsed)) return ordinary(facts);
  const endsMs = facts.beganMs + forMs;
  if (endsMs > FALLBACK_MS) return byTheClock(0);
  const foundMs = endsMs + STEP_MS + CALL_MS;
  const { leastMs, greatestMs } = ordinary(facts);
  return {
    // Where the next try of the discovery falls on the other side of the end by the clock, both are right.
    reasons: foundMs < FALLBACK_MS ? ['drained'] : ['drained', 'fallback'],
    leastMs,
    greatestMs: Math.max(greatestMs, foundMs + SETTLE_MS),
  };
}

/** An unknown value never lets go of a target, and never hides one. */
function strange(value: StrangeValue, phase: Phase, facts: Facts): Expected {
  switch (value) {
    case 'target state':
      return isBefore(phase, 'settling') ? AT_THE_DEADLINE : ordinary(facts);
    case 'kind of load balancer':
      // Of what is not known to be an ALB the longer settle time, 120 s, is waited for.
      return isBefore(phase, 'before draining') ? AT_THE_DEADLINE : ordinary(facts);
    case 'target group protocol':
      // What the start-up check has read stays known.
      return phase === 'start-up' || phase === 'discovery' ? AT_THE_DEADLINE : ordinary(facts);
    case 'reason':
      return ordinary(facts);
    case 'target type':
    case 'address type': {
      // Either it is followed as if it were known, or what has it counts as unread.
      const { leastMs, greatestMs } = ordinary(facts);
      const unread = isBefore(phase, 'before draining') ? byTheClock(0) : ordinary(facts);
      return {
        reasons: [...new Set(['drained', ...unread.reasons])],
        leastMs,
        greatestMs: Math.max(greatestMs, unread.greatestMs),
      };
    }
    default:
      return value satisfies never;
  }
}
