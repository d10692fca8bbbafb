import { decide } from './decide.ts';
import { beforeTheEnd, type Fleet, firstLookMs, isFleet, jitter, withinFleet } from './pace.ts';
import type { Watch } from './watch.ts';

/** What decides when it is the turn of this pod to look at one of its target groups. */
export interface Turn {
  /** One random number for the whole loop. */
  readonly draw: number;
  /** Counts the terminating targets anew. Never rejects. */
  readonly countAgain: () => Promise<void>;
  readonly watch: Watch;
}

/** Waits until the first look is due. */
export async function untilFirstTurn(turn: Turn): Promise<void> {
  const { draw, watch } = turn;
  const waitMs = () => firstLookMs(fleetOf(watch), draw);
  // The discovery has just counted: whoever leaves alone, or with a few, need not count again.
  await untilDue(watch.request.arrivedAtMs, waitMs, () => isFleet(fleetOf(watch)), turn);
}

/** Waits one step, as the size of the fleet and the end of the hold allow. */
export async function untilNextTurn(stepMs: number, throttled: boolean, turn: Turn): Promise<void> {
  const { draw, watch } = turn;
  const lookedAtMs = watch.ports.clock.now();
  function waitMs(): number {
    const fleet = fleetOf(watch);
    // A look that was refused has not been this pod's turn yet, and has cost nobody a token.
    const step = throttled ? stepMs : withinFleet(stepMs, fleet);
    return beforeTheEnd(jitter(step, draw), endAtMs(watch) - lookedAtMs, fleet);
  }
  await untilDue(lookedAtMs, waitMs, () => !throttled, turn);
}

/**
 * Sleeps until `waitMs()` after `sinceMs`. Where `counts()`, the fleet is counted anew when the time has come: while this pod
 * waited more may have left, and then its turn is later.
 */
async function untilDue(
  sinceMs: number,
  waitMs: () => number,
  counts: () => boolean,
  { watch: { ports, signal }, countAgain }: Turn,
): Promise<void> {
  const leftMs = () => (signal.aborted ? 0 : sinceMs + waitMs() - ports.clock.now());
  do {
    while (leftMs() > 0) await ports.clock.sleep(leftMs(), signal);
    if (!signal.aborted && counts()) await countAgain();
  } while (leftMs() > 0);
}

function fleetOf({ state, request }: Watch): Fleet {
  return { terminatingTargets: state().terminatingTargets, apiRate: request.policy.apiRate };
}

/** When the hold ends at the latest if nothing more is seen. */
function endAtMs({ state, request, ports }: Watch): number {
  const nowMs = ports.clock.now();
  const decision = decide(state(), request.policy, nowMs);
  return decision.kind === 'hold' ? decision.untilMs : nowMs;
}
