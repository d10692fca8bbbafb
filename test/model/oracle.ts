import type { HoldSummary } from '../../src/core/outcome.ts';
import { settledAt } from './oracle/settled.ts';
import type { Caller, Story } from './play.ts';
import type { Schedule } from './schedule.ts';

// The rules of a hold once more, in words of their own: nothing of src/core decides here.
const MIN_HOLD_MS = 5_000;
const FALLBACK_MS = 35_000;
const RESERVE_AND_SAFETY_MS = 12_000;
const FIRST_READ_MS = 5_000;
const LINGER_MS = 3_000;
/** A hold that begins within a second of the last read of the pod waits for that second. */
const ONE_HOLD_A_SECOND_MS = 1_000;
/** The hooks of all containers come within this time. */
const ONE_DELETION_MS = 5_000;
/** The own pod is read every 10 s, a fifth later at most; and a read takes its time. */
const POD_NEWS_MS = 12_100;
/** Two looks are so far from each other at least, but for one last look a second before the end. */
const SHORTEST_STEP_MS = 3_800;
/** `heldMs` is rounded. */
const ROUNDING_MS = 1;

/** One hold, from its first caller to its release. */
export interface Held {
  readonly atMs: number;
  readonly startedAtMs: number;
  /** When the watch of its targets began: with an earlier caller's hold, where this one goes on from there. */
  readonly watchedFromMs: number;
  readonly summary: HoldSummary;
}

/** Every promise that this story breaks, in words. */
export function brokenPromises(schedule: Schedule, story: Story): readonly string[] {
  const holds = heldIn(story);
  return [
    ...oneHoldAtATime(story),
    ...everyCallerAnswered(schedule, story),
    ...sameAnswer(story.callers),
    ...endsWhenTold(schedule, story),
    ...asksOnlyInAHold(holds, story),
    ...asksOnlyForADeletion(schedule, story),
    ...heldByItsOwnClock(holds, story),
    ...holds.flatMap((held) => [
      ...neverLate(held, schedule, story),
      ...neverEarly(held, schedule, story),
      ...withinBudget(held, holds, story),
    ]),
  ];
}

function heldIn({ events }: Story): readonly Held[] {
  const holds: Held[] = [];
  for (const { atMs, event } of events) {
    if (event.kind !== 'released') continue;
    const { summary } = event;
    const startedAtMs = atMs - summary.heldMs;
    const before = holds.at(-1);
    const goesOn =
      before !== undefined && before.summary.reason !== 'not-terminating' && startedAtMs <= before.atMs + ROUNDING_MS;
    holds.push({ atMs, startedAtMs, watchedFromMs: goesOn ? before.watchedFromMs : startedAtMs, summary });
  }
  return holds;
}

function oneHoldAtATime({ events }: Story): readonly string[] {
  let open = false;
  const broken: string[] = [];
  for (const { atMs, event } of events) {
    if (event.kind === 'hold-started') {
      if (open) broken.push(`a second hold began at ${atMs}`);
      open = true;
    }
    if (event.kind === 'released') open = false;
  }
  return broken;
}

/** Only a native sidecar ends with a hold open: it is told to stop when the application has ended. */
function everyCallerAnswered({ sidecar }: Schedule, { unanswered }: Story): readonly string[] {
  return unanswered > 0 && sidecar !== 'native' ? [`${unanswered} callers had no answer`] : [];
}

/** Who came much later may have been held for something else. */
function sameAnswer(callers: readonly Caller[]): readonly string[] {
  const together = (a: Caller, b: Caller) =>
    a.answeredAtMs === b.answeredAtMs && Math.abs(a.arrivedAtMs - b.arrivedAtMs) <= ONE_DELETION_MS;
  const differ = (a: Caller, b: Caller) => together(a, b) && a.summary !== b.summary;
  return callers.some((a) => callers.some((b) => differ(a, b))) ? ['two callers got different answers'] : [];
}

/** Not long after it was told to, or after the last one has called whom it still had to hold for. */
function endsWhenTold({ steps }: Schedule, { exitedAtMs, stoppedAtMs, truth }: Story): readonly string[] {
  const calls = steps.filter((step) => step.kind === 'caller' && step.atMs <= exitedAtMs).map((step) => step.atMs);
  const afterMs = exitedAtMs - Math.max(stoppedAtMs, ...calls);
  const mostMs = longestMs(Math.max(...truth.gracesUntil(exitedAtMs))) + LINGER_MS + ONE_HOLD_A_SECOND_MS;
  return afterMs > mostMs ? [`it went on for ${afterMs} after it was told to end`] : [];
}

/** Nothing is asked of ELBv2 before a hold, nor after its release. */
function asksOnlyInAHold(holds: readonly Held[], { calls, exitedAtMs }: Story): readonly string[] {
  const lastEndMs = holds.at(-1)?.atMs ?? Number.NEGATIVE_INFINITY;
  const isHeld = (atMs: number) =>
    holds.some((held) => atMs >= held.startedAtMs - ROUNDING_MS && atMs <= held.atMs + ROUNDING_MS);
  return calls
    .filter(({ atMs }) => !isHeld(atMs) && atMs <= lastEndMs && atMs <= exitedAtMs)
    .map(({ group, atMs }) => `asked for ${group} at ${atMs}, outside of a hold`);
}

/**
 * Nothing is asked of ELBv2 for a pod that is not being deleted. But where the kubelet, or who may be it, has called, and either nothing
 * could tell whether it is being deleted, or it is to be held all the same.
 */
function asksOnlyForADeletion(
  { steps, onRestart }: Schedule,
  { calls, callers, stoppedAtMs, truth }: Story,
): readonly string[] {
  // A signal is the kubelet's.
  const arrivals = [
    { atMs: stoppedAtMs, origin: 'node' },
    ...steps.flatMap((step) => (step.kind === 'caller' ? [step] : [])),
  ];
  return calls.flatMap(({ group, atMs }) => {
    if (truth.isDeleted(atMs) || truth.object(atMs) !== 'there') return [];
    const isAnswered = (arrivedAtMs: number) =>
      callers.some((each) => each.arrivedAtMs === arrivedAtMs && each.answeredAtMs < atMs);
    const waiting = arrivals.filter((each) => each.atMs <= atMs && !isAnswered(each.atMs));
    const sinceMs = Math.min(...waiting.map((each) => each.atMs)) - ONE_HOLD_A_SECOND_MS;
    const untold = truth.anyTrouble(sinceMs, atMs);
    if (waiting.some((each) => each.origin === 'node') && (onRestart === 'hold' || untold)) return [];
    return [`asked for ${group} at ${atMs}, of a pod that was not being deleted`];
  });
}

/** Where nothing tells whether the pod is being deleted, nobody is let go by the clock of another who came long before. */
function heldByItsOwnClock(holds: readonly Held[], { callers, truth }: Story): readonly string[] {
  return callers.flatMap(({ arrivedAtMs, answeredAtMs, summary }) => {
    const held = holds.find((each) => each.summary === summary);
    if (held === undefined || (summary.reason !== 'fallback' && summary.reason !== 'deadline')) return [];
    const leastMs = Math.min(FALLBACK_MS, longestMs(Math.min(...truth.gracesUntil(answeredAtMs))));
    const ownMs = answeredAtMs - arrivedAtMs;
    const untold = truth.alwaysTrouble('kubernetes', held.watchedFromMs - ROUNDING_MS, held.atMs);
    if (!untold || ownMs >= leastMs - ONE_DELETION_MS - ROUNDING_MS) return [];
    return [`a caller that came at ${arrivedAtMs} was let go after ${ownMs} by the clock of another`];
  });
}

function longestMs(graceMs: number): number {
  return Math.max(FIRST_READ_MS, graceMs - RESERVE_AND_SAFETY_MS);
}

function neverLate(held: Held, schedule: Schedule, { truth, ...story }: Story): readonly string[] {
  const { atMs, startedAtMs, summary } = held;
  const { heldMs, reason } = summary;
  const graces = truth.gracesUntil(atMs);
  if (heldMs > longestMs(Math.max(...graces)) + ROUNDING_MS) return [`held ${heldMs}, past every deadline`];
  if (truth.anyTrouble(startedAtMs - ONE_HOLD_A_SECOND_MS, atMs) || truth.object(atMs) !== 'there') return [];

  const graceMs = truth.graceMs(atMs);
  const isNews = graces.length !== truth.gracesUntil(atMs - POD_NEWS_MS).length;
  if (!isNews && heldMs > longestMs(graceMs) + ROUNDING_MS) return [`held ${heldMs} with a grace period of ${graceMs}`];
  const restarted = schedule.onRestart === 'release' && !truth.isDeleted(atMs);
  if (restarted && reason !== 'not-terminating') return [`held ${heldMs} although the pod was not being deleted`];
  if (schedule.groups.length === 0 || !schedule.kindKnown || reason === 'not-terminating') return [];
  const settledMs = Math.max(...schedule.groups.map((group) => settledAt(group, held, schedule, { truth, ...story })));
  // It takes a look to know.
  const knownMs = story.looks.findLast((look) => look.atMs <= atMs)?.atMs ?? startedAtMs;
  const dueMs = Math.max(settledMs, knownMs, startedAtMs + MIN_HOLD_MS);
  return atMs > dueMs + ROUNDING_MS ? [`${reason} at ${atMs}, and could have been drained at ${dueMs}`] : [];
}

function neverEarly(held: Held, schedule: Schedule, story: Story): readonly string[] {
  const { atMs, startedAtMs, summary } = held;
  const { truth } = story;
  const { reason, heldMs } = summary;
  const say = (why: string) => [`${reason} at ${atMs} (held ${heldMs}): ${why}`];
  switch (reason) {
    case 'drained': {
      if (heldMs < MIN_HOLD_MS) return say('before the minimum hold');
      return schedule.groups.flatMap((group) => {
        const settledAtMs = settledAt(group, held, schedule, story);
        return settledAtMs <= atMs + ROUNDING_MS ? [] : say(`${group} is settled at ${settledAtMs}`);
      });
    }
    case 'not-a-target':
      if (heldMs < MIN_HOLD_MS) return say('before the minimum hold');
      return schedule.groups.length === 0 ? [] : say(`it has the targets ${schedule.groups}`);
    case 'not-terminating':
      if (schedule.onRestart === 'hold') return say('although told to hold');
      return truth.isDeleted(startedAtMs) ? say('of a pod that was being deleted') : [];
    case 'fallback':
      return blindFallback(held, schedule, story).flatMap(say);
    case 'deadline': {
      const soonestMs = Math.max(0, Math.min(...truth.gracesUntil(atMs)) - RESERVE_AND_SAFETY_MS);
      return heldMs >= soonestMs - ROUNDING_MS ? [] : say('before any deadline');
    }
    default:
      return say('nobody has asked for that');
  }
}

/** Every target that is not settled must have been out of sight for the whole fallback hold. */
function blindFallback(held: Held, schedule: Schedule, story: Story): readonly string[] {
  const { atMs, startedAtMs, summary } = held;
  if (summary.heldMs < FALLBACK_MS - ROUNDING_MS) return ['before the fallback hold'];
  const unseen = story.truth.anyTrouble(startedAtMs, atMs) || story.truth.object(startedAtMs) !== 'there';
  // Where a pod is to be held that is not being deleted, ELBv2 is asked for the kubelet only.
  const unasked = schedule.onRestart === 'hold' && !story.truth.isDeleted(atMs - POD_NEWS_MS);
  if (!unseen && !unasked) return ['although everything could be seen'];
  return schedule.groups.flatMap((group) => {
    if (settledAt(group, held, schedule, story) <= atMs + ROUNDING_MS) return [];
    const last = story.looks.findLast((look) => look.group === group && look.atMs >= startedAtMs && look.atMs < atMs);
    const blindMs = atMs - (last?.atMs ?? startedAtMs);
    return blindMs < FALLBACK_MS - ROUNDING_MS ? [`${group} was seen ${blindMs} before`] : [];
  });
}

function withinBudget(
  { atMs, startedAtMs, summary }: Held,
  holds: readonly Held[],
  { calls }: Story,
): readonly string[] {
  // Each that goes on with a later caller looks once more shortly before its end.
  const others = holds.filter((other) => other.atMs >= startedAtMs && other.atMs < atMs).length;
  return (['alb', 'nlb'] as const).flatMap((group) => {
    const made = calls.filter((call) => call.group === group && call.atMs >= startedAtMs && call.atMs <= atMs).length;
    const most = 3 + others + summary.heldMs / SHORTEST_STEP_MS;
    return made > most ? [`${made} calls for ${group} in ${summary.heldMs}`] : [];
  });
}
