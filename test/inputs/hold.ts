import { expect } from 'vitest';
import type { HoldSummary } from '../../src/core/outcome.ts';
import type {
  Binding,
  EndpointSlice,
  OwnPod,
  Service,
  TargetGroupDescription,
  TargetHealth,
  TargetHealthAnswer,
  UnreadBinding,
} from '../../src/core/ports.ts';
import { binding, health, ownPod, POLICY, slice, testWorld } from '../support/world.ts';

/** What an adapter has made of the answers: values, or the errors that it rejected with. */
export interface Answers {
  readonly pod?: OwnPod | Error;
  readonly bindings?: readonly (Binding | UnreadBinding)[] | Error;
  readonly slices?: readonly EndpointSlice[] | Error;
  readonly service?: Service | Error;
  readonly health?: TargetHealthAnswer | Error;
  readonly group?: TargetGroupDescription | Error;
}

/** From when on the target is seen draining, where nothing else is said of it. */
const DRAINING_AT_MS = 3_000;
const GRACE_MS = 300_000;
const { settleMs, minHoldMs, fallbackHoldMs, reserveMs } = POLICY;

/** Plays a hold in which the APIs give these answers whenever they are asked, and the rest is as it should be. */
async function playHold(answers: Answers): Promise<HoldSummary> {
  const { clock, hold, calls } = testWorld({
    pod: () => answers.pod ?? ownPod({ gracePeriodMs: GRACE_MS }),
    bindings: (_, apiGroup) => (apiGroup === 'elbv2.k8s.aws' ? (answers.bindings ?? [binding()]) : []),
    slices: () => answers.slices ?? [slice()],
    service: () => answers.service ?? { ports: [{ name: 'http', port: 80 }], publishesNotReady: false },
    targets: (atMs): Error | TargetHealthAnswer | readonly TargetHealth[] =>
      answers.health ?? [health(atMs < DRAINING_AT_MS ? 'healthy' : 'draining/Target.DeregistrationInProgress')],
    group: () => answers.group ?? { arn: 'arn', loadBalancer: 'alb', family: 'ipv4' },
  });
  const { released } = hold({ policy: { ...POLICY, gracePeriodMs: GRACE_MS } });
  const { summary } = await clock.run(released);
  // One look in 10 s at the most, of each of a few groups, and one read of the pod.
  expect(calls.length).toBeLessThan(400);
  expect(() => JSON.stringify(summary)).not.toThrow();
  return summary;
}

/** The hold ends, for a reason that the rules know, and for none of them before its time or after its deadline. */
export async function expectHoldKept(answers: Answers): Promise<HoldSummary> {
  const summary = await playHold(answers);
  const { reason, heldMs } = summary;
  const graceMs = answers.pod === undefined || answers.pod instanceof Error ? GRACE_MS : answers.pod.gracePeriodMs;
  const mostMs = Math.max(0, graceMs - reserveMs - 2_000);
  expect(heldMs).toBeLessThanOrEqual(Math.max(mostMs, 5_000));
  if (reason === 'fallback') expect(heldMs).toBeGreaterThanOrEqual(fallbackHoldMs);
  if (reason === 'not-a-target') expect(heldMs).toBeGreaterThanOrEqual(minHoldMs);
  if (reason === 'deadline') expect(heldMs).toBeGreaterThanOrEqual(Math.floor(mostMs));
  if (reason === 'not-terminating') expect(answers.pod).toMatchObject({ terminating: false });
  return summary;
}

/** As `expectHoldKept()`, and the answers prove nothing that would end it before the target is seen to have settled, or by the clock. */
export async function expectTargetAwaited(answers: Answers): Promise<void> {
  const { reason, heldMs } = await expectHoldKept(answers);
  expect(['drained', 'fallback', 'deadline']).toContain(reason);
  if (reason === 'drained') expect(heldMs).toBeGreaterThanOrEqual(DRAINING_AT_MS + settleMs.alb);
}
