import { seededRandom } from '../random.ts';
import { drawHookDelayMs, drawLagMs, type Scenario } from './scenario.ts';

/** The port of every target. */
export const PORT = 8080;

/** One pod of the fleet, what was drawn for it and what became of it. Times are ms after the first deletion. */
export interface FleetPod {
  readonly name: string;
  readonly ip: string;
  readonly group: number;
  readonly deletedAtMs: number;
  /** From the deletion until the controller begins to act on it. */
  readonly lagMs: number;
  readonly hookDelayMs: number;
  terminating: boolean;
  deregisteredAtMs: number;
  routedUntilMs: number;
  sigtermAtMs: number;
  reason: string;
  calls: number;
}

/** The pods of the fleet, as they follow from the seed. */
export function drawPods({ pods, groups, lag, withinMs }: Scenario, seed: number): readonly FleetPod[] {
  const random = seededRandom(seed);
  return Array.from({ length: pods }, (_, index) => ({
    name: `web-${index % groups}-${index}`,
    ip: `10.${1 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`,
    group: index % groups,
    deletedAtMs: (withinMs * index) / pods,
    lagMs: drawLagMs(lag, random),
    hookDelayMs: drawHookDelayMs(random),
    terminating: false,
    deregisteredAtMs: Number.NaN,
    routedUntilMs: Number.NaN,
    sigtermAtMs: Number.NaN,
    reason: '',
    calls: 0,
  }));
}
