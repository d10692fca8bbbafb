import type { Clock } from '../../src/core/ports.ts';
import type { EmbeddedAws } from '../embedded-aws.ts';
import { startLoad } from '../load/load.ts';
import type { Timeline } from '../timeline.ts';
import type { RolloutResult } from './result.ts';

/** What a rolling update meets, on the embedded cluster and on a real one. */
export interface Circumstances {
  readonly loadBalancer: 'alb' | 'nlb';
  /** From a pod's deletion until the controller hears of it. */
  readonly lagMs: number;
  /** For how long, from the start of the rollout on, every DescribeTargetHealth of the account is refused for the rate. */
  readonly throttleMs: number;
  readonly replicas: number;
  /** Requests a second. */
  readonly rate: number;
  readonly gracePeriodSeconds: number;
}

/** A new target is in use after the first health check that it passes. */
export const HEALTHY_AFTER_MS = 5_000;
/** For one phase of a rollout. */
export const LONGEST_MS = 20 * 60_000;
/** Between the first requests and the rollout, and after the last target has been let go of. */
const CALM_MS = 3_000;

export interface UnderLoadOptions extends Pick<Circumstances, 'rate' | 'throttleMs'> {
  readonly aws: Pick<EmbeddedAws, 'awsFaults' | 'controllerFaults'>;
  readonly timeline: Timeline;
  readonly clock: Clock;
  /** Where the requests go. */
  readonly url: string;
  /** Resolves when all pods are new, and Ready, and every other one has ended. */
  readonly rollOut: () => Promise<void>;
  /** Resolves when no deleted pod is routed to any more. */
  readonly rest: () => Promise<void>;
}

/** Sends requests all the time while a Deployment rolls, and for as long as one of its old pods may still get some. */
export async function rollUnderLoad(
  options: UnderLoadOptions,
): Promise<Pick<RolloutResult, 'sent' | 'failures' | 'durationMs'>> {
  const { clock, timeline, url, rate, throttleMs } = options;
  const load = startLoad({ clock, url, ratePerSecond: rate });
  try {
    const loadStartedAtMs = clock.now();
    await clock.sleep(CALM_MS);
    const sentBefore = load.sent;
    const startedAtMs = clock.now();
    timeline.record('user', 'starts the rollout');
    if (throttleMs > 0) throttle(options.aws, throttleMs);
    await options.rollOut();
    const durationMs = clock.now() - startedAtMs;
    // Whoever was let go too early is still sent requests.
    await options.rest();
    await clock.sleep(CALM_MS);
    const { sent, failures } = await load.stop();
    return {
      sent: sent - sentBefore,
      failures: failures.map((failure) => ({ ...failure, atMs: failure.atMs + loadStartedAtMs - startedAtMs })),
      durationMs,
    };
  } finally {
    void load.stop();
  }
}

/** Whether no deleted pod is routed to any more. */
export function isAtRest(timeline: Pick<Timeline, 'moments'>): boolean {
  return count(timeline, 'stops routing') === count(timeline, 'pod deleted');
}

function count({ moments }: Pick<Timeline, 'moments'>, wanted: string): number {
  return moments.filter(({ what }) => what === wanted).length;
}

function throttle({ awsFaults, controllerFaults }: UnderLoadOptions['aws'], forMs: number): void {
  const fault = { kind: 'status', status: 400, code: 'Throttling' } as const;
  for (const faults of [awsFaults, controllerFaults]) faults.add({ fault, match: 'DescribeTargetHealth', forMs });
}
