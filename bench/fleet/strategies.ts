import { AwsError } from '../../sim/aws/aws-error.ts';
import { isThrottling } from '../../sim/aws/refusal.ts';
import { readConfig } from '../../src/config.ts';
import { createHolds } from '../../src/core/holds.ts';
import type { HoldPolicy } from '../../src/core/policy.ts';
import type { Random } from '../../src/core/ports.ts';
import type { FleetPod, FleetWorld } from './world.ts';

/** What holds SIGTERM back; resolves with the reason for letting it go. The grace period ends it from outside. */
export type Strategy = (pod: FleetPod, world: FleetWorld, random: Random) => Promise<string>;

export const STRATEGIES = {
  'no hook': async () => 'no-hook',
  'sleep 5': sleep(5),
  'sleep 15': sleep(15),
  'sleep 30': sleep(30),
  'sleep 60': sleep(60),
  'first draining': (pod, world, random) => poll(pod, world, random, 5_000, ['draining', 'gone']),
  'SDK waiter': sdkWaiter,
  'poll until gone': (pod, world, random) => poll(pod, world, random, 5_000, ['gone']),
  'drain-wait without turns': drainWait({ apiRate: Number.POSITIVE_INFINITY }),
  'drain-wait, 25 calls/s': drainWait({ apiRate: 25 }),
  'drain-wait': drainWait({}),
} as const satisfies Record<string, Strategy>;

export type StrategyName = keyof typeof STRATEGIES;

function sleep(seconds: number): Strategy {
  return async (_, { clock }) => {
    await clock.sleep(seconds * 1_000);
    return 'slept';
  };
}

/** A loop around the SDK's client, as guides have it: looks again after `everyMs`, whatever the answer or the error was. */
async function poll(
  pod: FleetPod,
  world: FleetWorld,
  random: Random,
  everyMs: number,
  until: readonly string[],
): Promise<string> {
  for (;;) {
    const state = await describeWithSdk(pod, world, random).catch(() => 'failed');
    if (until.includes(state)) return state;
    await world.clock.sleep(everyMs);
  }
}

// What waitUntilTargetDeregistered does (@aws-sdk/client-elastic-load-balancing-v2: waiters/; @smithy/core: util-waiter/poller).
const WAITER_MIN_DELAY_MS = 15_000;
const WAITER_MAX_DELAY_MS = 120_000;

/** Succeeds only when the target is `unused` or invalid: `draining` does not end it. */
async function sdkWaiter(pod: FleetPod, world: FleetWorld, random: Random): Promise<string> {
  const ceiling = Math.log2(WAITER_MAX_DELAY_MS / WAITER_MIN_DELAY_MS) + 1;
  for (let attempt = 0; ; attempt += 1) {
    if (attempt > ceiling) await world.clock.sleep(WAITER_MAX_DELAY_MS);
    else if (attempt > 0) {
      const most = Math.min(WAITER_MIN_DELAY_MS * 2 ** (attempt - 1), WAITER_MAX_DELAY_MS);
      await world.clock.sleep(WAITER_MIN_DELAY_MS + random() * (most - WAITER_MIN_DELAY_MS));
    }
    if ((await describeWithSdk(pod, world, random).catch(() => 'failed')) === 'gone') return 'gone';
  }
}

// The SDK's standard retries (@smithy/core: util-retry): three attempts, throttles from half a second on.
const SDK_ATTEMPTS = 3;
const SDK_THROTTLED_DELAY_MS = 500;

async function describeWithSdk(pod: FleetPod, { describe, clock }: FleetWorld, random: Random): Promise<string> {
  for (let retry = 0; ; retry += 1) {
    try {
      return await describe(pod);
    } catch (error) {
      if (retry === SDK_ATTEMPTS - 1 || !(error instanceof AwsError && isThrottling(error.code))) throw error;
      await clock.sleep(random() * SDK_THROTTLED_DELAY_MS * 2 ** retry);
    }
  }
}

/** The core as it runs in the sidecar, with its defaults, and with what its start-up check found before. */
function drainWait(overrides: Partial<HoldPolicy>): Strategy {
  const policy = { ...defaultPolicy(), ...overrides };
  return async (pod, world, random) => {
    const { clock, cluster } = world;
    const ref = { namespace: 'shop', name: pod.name, uid: pod.name, ips: [pod.ip] };
    const ports = { clock, random, cluster, loadBalancers: world.loadBalancers(pod), journal: () => {} };
    const { group } = world.binding(pod.group);
    const groups = [{ group, addresses: [{ ip: pod.ip, port: 8080 }] }];
    const holds = createHolds(policy, ports, () => ({ pod: undefined, groups }));
    return (await holds.join(ref)).reason;
  };
}

function defaultPolicy(): HoldPolicy {
  const result = readConfig({ DRAIN_WAIT_POD_NAME: 'web', DRAIN_WAIT_POD_NAMESPACE: 'shop' }, new Map());
  if (result.kind === 'problems') throw new Error(result.problems.join('\n'));
  return result.config.policy;
}
