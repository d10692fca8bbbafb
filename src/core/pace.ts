import type { Random } from './ports.ts';

// The controller needs a second or two, so an earlier look would only cost a call. Four steps after it, each 1.6 times as
// long as the one before, are five looks in 25 s: the budget of an ordinary drain.
const FIRST_LOOK_MS = 2_000;
const FIRST_STEP_MS = 2_500;
const GROWTH = 1.6;
const LONGEST_STEP_MS = 10_000;
const LONGEST_THROTTLED_STEP_MS = 20_000;
const LAST_LOOK_BEFORE_END_MS = 1_000;
const JITTER = 0.2;

const POD_STEP_MS = 10_000;

export interface Fleet {
  /** Pods of the target group's Service that are terminating now. */
  readonly terminatingEndpoints: number;
  /** Calls a second that they may make together. */
  readonly apiRate: number;
}

/** Longer by up to a fifth, never shorter: many pods drift apart, and the budget of calls still holds. */
export function jitter(ms: number, random: Random): number {
  return ms * (1 + JITTER * random());
}

/** The step at which all terminating pods of the group together make no more than `apiRate` calls a second, in ms. */
function fleetStepMs({ terminatingEndpoints, apiRate }: Fleet): number {
  return (terminatingEndpoints / apiRate) * 1_000;
}

/**
 * When to look first, in ms after the start of the hold. `draw` is one random number for the whole hold: a large fleet
 * spreads its first looks over one fleet step, and each pod keeps its place in it.
 */
export function firstLookMs(fleet: Fleet, draw: number): number {
  return Math.max(FIRST_LOOK_MS * (1 + JITTER * draw), fleetStepMs(fleet) * draw);
}

/** The step after the step of `previousMs` (undefined after the first look), before jitter, in ms. */
export function nextStepMs(previousMs: number | undefined, throttled: boolean, fleet: Fleet): number {
  const previous = previousMs ?? FIRST_STEP_MS / GROWTH;
  const step = throttled
    ? Math.min(Math.max(previous, FIRST_STEP_MS / GROWTH) * 2, LONGEST_THROTTLED_STEP_MS)
    : Math.min(previous * GROWTH, LONGEST_STEP_MS);
  return Math.max(step, fleetStepMs(fleet));
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
  return jitter(POD_STEP_MS, random);
}
