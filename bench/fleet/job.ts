import { seededRandom } from '../random.ts';
import { type FleetFigures, figuresOf } from './figures.ts';
import { GRACE_PERIOD_MS } from './grid.ts';
import type { Scenario } from './scenario.ts';
import { STRATEGIES, type StrategyName } from './strategies.ts';
import { type FleetWorld, playFleet } from './world.ts';

/** One fleet with one strategy. */
export interface Job {
  readonly scenario: Scenario;
  readonly strategy: StrategyName;
  readonly seed: number;
}

/** The pods, their lags and their hooks follow from the seed alone, so that all strategies meet the same ones. */
export function play({ scenario, strategy, seed }: Job): Promise<FleetWorld> {
  const random = seededRandom(seed + 2);
  return playFleet({
    scenario,
    seed,
    gracePeriodMs: GRACE_PERIOD_MS,
    hold: (pod, world, signal) => STRATEGIES[strategy](pod, world, random, signal),
  });
}

export async function runJob(job: Job): Promise<FleetFigures> {
  return figuresOf(await play(job));
}
