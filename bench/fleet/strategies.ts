import { isThrottled } from '../../sim/aws/refusal.ts';
import { readConfig } from '../../src/config.ts';
import { createHolds } from '../../src/core/holds.ts';
import type { HoldPolicy } from '../../src/core/policy.ts';
import type { Random } from '../../src/core/ports.ts';
import { type FleetPod, PORT } from './pod.ts';
import type { FleetWorld } from './world.ts';

/** What holds SIGTERM back; resolves with the reason for letting it go. The grace period ends it from outside, by the signal. */
export type Strategy = (pod: FleetPod, world: FleetWorld, random: Random, signal: AbortSignal) => Promise<string>;

export const STRATEGIES = {
  'no hook': async () => 'no-hook',
  'sleep 5': sleep(5),
  'sleep 15': sleep(15),
  'sleep 30': sleep(30),
  'sleep 60': sleep(60),
  'first draining': (...args) => poll(['draining', 'gone'], ...args),
  'SDK waiter': sdkWaiter,
  'poll until gone': (...args) => poll(['gone'], ...args),
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

const POLL_MS = 5_000;
const ENDED = 'ended';

/** A loop around the SDK's client, as guides have it: looks again after 5 s, whatever the answer or the error was. */
async function poll(until: readonly string[], ...[pod, world, random, signal]: Parameters<Strategy>): Promise<string> {
  while (!signal.aborted) {
    const state = await describeWithSdk(pod, world, random, signal).catch(() => 'failed');
    if (until.includes(state)) return state;
    await world.clock.sleep(POLL_MS, signal);
  }
  return ENDED;
}

// What waitUntilTargetDeregistered does (@aws-sdk/client-elastic-load-balancing-v2: waiters/; @smithy/core: util-waiter/poller).
const WAITER_MIN_DELAY_MS = 15_000;
const WAITER_MAX_DELAY_MS = 120_000;

/** Succeeds only when the target is `unused` or invalid: `draining` does not end it. */
async function sdkWaiter(...[pod, world, random, signal]: Parameters<Strategy>): Promise<string> {
  for (let attempt = 1; !signal.aborted; attempt += 1) {
    if ((await describeWithSdk(pod, world, random, signal).catch(() => 'failed')) === 'gone') return 'gone';
    await world.clock.sleep(waiterDelayMs(attempt, random), signal);
  }
  return ENDED;
}

function waiterDelayMs(attempt: number, random: Random): number {
  const ceiling = Math.log2(WAITER_MAX_DELAY_MS / WAITER_MIN_DELAY_MS) + 1;
  if (attempt > ceiling) return WAITER_MAX_DELAY_MS;
  const most = Math.min(WAITER_MIN_DELAY_MS * 2 ** (attempt - 1), WAITER_MAX_DELAY_MS);
  return WAITER_MIN_DELAY_MS + random() * (most - WAITER_MIN_DELAY_MS);
}

// The SDK's standard retries (@smithy/core: util-retry): three attempts, throttles from half a second on.
const SDK_ATTEMPTS = 3;
const SDK_THROTTLED_DELAY_MS = 500;

async function describeWithSdk(...[pod, { describe, clock }, random, signal]: Parameters<Strategy>): Promise<string> {
  for (let retry = 0; ; retry += 1) {
    try {
      return await describe(pod);
    } catch (error) {
      if (retry === SDK_ATTEMPTS - 1 || !isThrottled(error) || signal.aborted) throw error;
      await clock.sleep(random() * SDK_THROTTLED_DELAY_MS * 2 ** retry, signal);
    }
  }
}

/** The core as it runs in the sidecar, with its defaults, and with what its start-up check found before. */
function drainWait(overrides: Partial<HoldPolicy>): Strategy {
  const policy = { ...defaultPolicy(), ...overrides };
  return async (pod, world, random) => {
    const { clock, cluster } = world;
    const ref = { namespace: 'shop', name: pod.name, uid: pod.name, ips: [pod.ip] };
    const ports = { clock, random, cluster, loadBalancers: world.loadBalancersFor(pod), journal: () => {} };
    const { group } = world.bindingOf(pod);
    const groups = [{ group, addresses: [{ ip: pod.ip, port: PORT }] }];
    const holds = createHolds(policy, ports, () => ({ pod: undefined, groups }));
    return (await holds.join(ref, 'node')).reason;
  };
}

function defaultPolicy(): HoldPolicy {
  const result = readConfig({ DRAIN_WAIT_POD_NAME: 'web', DRAIN_WAIT_POD_NAMESPACE: 'shop' }, new Map());
  if (result.kind === 'problems') throw new Error(result.problems.join('\n'));
  return result.config.policy;
}
