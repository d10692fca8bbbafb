import type { Random } from './ports.ts';

// An idle controller needs a second or two, so an earlier look would only cost a call. Looks at 2, 5.8, 10.2, 15.2 and 21 s
// at the earliest: five up to a lag of 20 s, the budget of an ordinary drain. A deregistration is found half a step late on
// average, and that is what a hold wastes: so the steps grow slowly. With these, half of all pods find it within 5 s at any lag.
const FIRST_LOOK_MS = 2_000;
const FIRST_STEP_MS = 3_800;
const GROWTH = 1.15;
const LONGEST_STEP_MS = 6_500;
const LONGEST_THROTTLED_STEP_MS = 20_000;
const LAST_LOOK_BEFORE_END_MS = 1_000;
const JITTER = 0.2;

const POD_STEP_MS = 10_000;

/** The longest time from one look to the next of a pod that leaves alone and is not throttled, in ms. */
export const LONGEST_ORDINARY_STEP_MS = LONGEST_STEP_MS * (1 + JITTER);

export interface Fleet {
  /** Targets that are terminating now, of all target groups that are known to share the account. */
  readonly terminatingTargets: number;
  /** Calls a second that they may make together. */
  readonly apiRate: number;
}

/** Longer by up to a fifth, never shorter: the budget of calls still holds. `draw` is a random number of at least 0 and less than 1. */
export function jitter(ms: number, draw: number): number {
  return ms * (1 + JITTER * draw);
}

/** The step at which all of the fleet together make no more than `apiRate` calls a second, in ms. */
function fleetStepMs({ terminatingTargets, apiRate }: Fleet): number {
  return (terminatingTargets / apiRate) * 1_000;
}

/** Whether so many leave that they have to take turns. */
export function isFleet(fleet: Fleet): boolean {
  return fleetStepMs(fleet) > FIRST_LOOK_MS;
}

/**
 * When to look first, in ms after the start of the hold. `draw` is one random number for the whole hold: a large fleet
 * spreads its first looks over one fleet step, and each pod keeps its place in it.
 */
export function firstLookMs(fleet: Fleet, draw: number): number {
  return Math.max(jitter(FIRST_LOOK_MS, draw), fleetStepMs(fleet) * draw);
}

/** The step after the step of `previousMs` (undefined after the first look), for a pod that leaves alone, before jitter, in ms. */
export function nextStepMs(previousMs: number | undefined, throttled: boolean): number {
  const previous = previousMs ?? FIRST_STEP_MS / GROWTH;
  return throttled ? Math.min(previous * 2, LONGEST_THROTTLED_STEP_MS) : Math.min(previous * GROWTH, LONGEST_STEP_MS);
}

/** No shorter than the fleet allows, in ms. */
export function withinFleet(stepMs: number, fleet: Fleet): number {
  return Math.max(stepMs, fleetStepMs(fleet));
}

/**
 * Shortens a sleep that would pass the end of the hold, `leftMs` from now, so that one last look comes before it: a deadline
 * or a fallback with a fresh look behind it is rarer. Not where the last look has just been.
 */
export function beforeTheEnd(stepMs: number, leftMs: number, fleet: Fleet): number {
  const lastMs = leftMs - LAST_LOOK_BEFORE_END_MS;
  const soonestMs = Math.max(LAST_LOOK_BEFORE_END_MS, fleetStepMs(fleet));
  return stepMs > lastMs && lastMs >= soonestMs ? lastMs : stepMs;
}

/** The step after the step of `previousMs` (undefined at first) of a discovery that stayed incomplete, in ms. */
export function discoveryStepMs(previousMs: number | undefined): number {
  return Math.min((previousMs ?? FIRST_STEP_MS / GROWTH) * GROWTH, LONGEST_STEP_MS);
}

/** How long until the own pod is read again, in ms. */
export function podStepMs(random: Random): number {
  return jitter(POD_STEP_MS, random());
}
