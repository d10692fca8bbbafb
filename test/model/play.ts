import { virtualClock } from '../../sim/virtual-clock.ts';
import { createHolds } from '../../src/core/holds.ts';
import type { HoldEvent } from '../../src/core/journal.ts';
import { lastRead } from '../../src/core/observation.ts';
import type { HoldSummary } from '../../src/core/outcome.ts';
import type { HoldPolicy } from '../../src/core/policy.ts';
import type { Clock, EndpointSlice, OwnPod, TargetHealth, TargetHealthAnswer } from '../../src/core/ports.ts';
import type { HoldPorts, HookOrigin } from '../../src/core/request.ts';
import { createLifecycle } from '../../src/sidecar/lifecycle.ts';
import { binding, failure, health, ownPod, POD, POLICY, slice } from '../support/world.ts';
import { GROUPS, type GroupName, type Schedule, type TargetTruth, type Trouble } from './schedule.ts';
import { type Truth, truthOf } from './truth.ts';

export interface Caller {
  readonly arrivedAtMs: number;
  readonly answeredAtMs: number;
  readonly summary: HoldSummary;
}

/** One look at a target group that was answered. */
export interface Look {
  readonly group: GroupName;
  readonly atMs: number;
  readonly filtered: boolean;
}

/** What came of a schedule. */
export interface Story {
  readonly policy: HoldPolicy;
  readonly truth: Truth;
  readonly callers: readonly Caller[];
  /** Callers that had no answer when the process ended. */
  readonly unanswered: number;
  readonly looks: readonly Look[];
  /** Every call to ELBv2, answered or not. */
  readonly calls: readonly { readonly group: GroupName; readonly atMs: number }[];
  readonly events: readonly { readonly atMs: number; readonly event: HoldEvent }[];
  /** When the process ended; every one is told to, at the end. */
  readonly exitedAtMs: number;
  /** When it was told to stop for the first time. */
  readonly stoppedAtMs: number;
}

/** Where Kubernetes says that the targets are, and where they are if it is wrong. */
const PORT = 8_080;
const ELSEWHERE = 9_090;

/** How long an adapter waits for an answer that never comes. */
const HANG_MS = 5_000;
/** After the last step, whoever still runs is told to stop. */
const EPILOGUE_MS = 400_000;

export async function play(schedule: Schedule): Promise<Story> {
  const clock = virtualClock();
  const truth = truthOf(schedule);
  const policy: HoldPolicy = { ...POLICY, onRestart: schedule.onRestart, until: schedule.until };
  const looks: Look[] = [];
  const calls: { group: GroupName; atMs: number }[] = [];
  const events: { atMs: number; event: HoldEvent }[] = [];
  const callers: Caller[] = [];
  let waiting = 0;
  let draw = 0;

  const ports: HoldPorts = {
    clock,
    random: () => schedule.draws[draw++ % schedule.draws.length] ?? 0,
    journal(event) {
      events.push({ atMs: clock.now(), event });
      lifecycle.onNews();
    },
    ...world(schedule, truth, clock, looks, calls),
  };
  const holds = createHolds(policy, ports, () => ({ pod: undefined, groups: [] }));
  const exited = Promise.withResolvers<void>();
  let exitedAtMs = Number.POSITIVE_INFINITY;
  let stoppedAtMs = Number.POSITIVE_INFINITY;
  const lifecycle = createLifecycle({
    clock,
    interactive: false,
    hold: () => holds.join(POD, 'node'),
    holdEnds: () => holds.end(POD),
    sidecar() {
      const state = holds.latest(POD)?.hold?.state();
      return (state === undefined ? undefined : lastRead(state.pod))?.sidecar ?? 'unknown';
    },
    exit() {
      exitedAtMs = Math.min(exitedAtMs, clock.now());
      exited.resolve();
    },
  });

  async function call(origin: HookOrigin): Promise<void> {
    const arrivedAtMs = clock.now();
    waiting += 1;
    const summary = await holds.join(POD, origin);
    if (clock.now() > exitedAtMs) return;
    waiting -= 1;
    callers.push({ arrivedAtMs, answeredAtMs: clock.now(), summary });
  }

  function stop(): void {
    stoppedAtMs = Math.min(stoppedAtMs, clock.now());
    lifecycle.onSignal('SIGTERM');
  }

  async function perform(): Promise<void> {
    for (const step of schedule.steps) {
      await clock.sleep(step.atMs - clock.now());
      if (clock.now() >= exitedAtMs) return;
      if (step.kind === 'caller') void call(step.origin);
      if (step.kind === 'sigterm') stop();
    }
    await clock.sleep(EPILOGUE_MS);
    if (exitedAtMs === Number.POSITIVE_INFINITY) stop();
  }

  void perform();
  // Rejects where the process would never end.
  await clock.run(exited.promise);
  return { policy, truth, callers, unanswered: waiting, looks, calls, events, exitedAtMs, stoppedAtMs };
}

function world(
  { groups, gated, elsewhere, sidecar, wasReady, kindKnown }: Schedule,
  truth: Truth,
  clock: Clock,
  looks: Look[],
  calls: { group: GroupName; atMs: number }[],
): Pick<HoldPorts, 'cluster' | 'loadBalancers'> {
  async function fail(trouble: Trouble | undefined): Promise<void> {
    if (trouble === undefined) return;
    if (trouble !== 'hang') throw failure(trouble);
    await clock.sleep(HANG_MS);
    throw failure('unreachable');
  }
  async function kubernetes<T>(answer: () => T): Promise<T> {
    await fail(truth.trouble('kubernetes', clock.now()));
    return answer();
  }
  async function list<T>(answer: () => T): Promise<T> {
    await fail(truth.trouble('lists', clock.now()));
    return await kubernetes(answer);
  }

  function pod(): OwnPod {
    const nowMs = clock.now();
    const object = truth.object(nowMs);
    if (object === 'gone') throw failure('not-found');
    if (object === 'replaced') return ownPod({ uid: 'uid-2', terminating: false });
    return ownPod({
      terminating: truth.isDeleted(nowMs),
      gracePeriodMs: truth.graceMs(nowMs),
      neverReady: !wasReady,
      sidecar,
      readinessGates: gated ? groups.map((name) => `target-health.elbv2.k8s.aws/${name}`) : [],
    });
  }

  function listed(): EndpointSlice {
    const terminating = truth.isDeleted(clock.now());
    return slice({ endpoints: slice().endpoints.map((endpoint) => ({ ...endpoint, terminating })) });
  }

  const bindings = groups.map((name) => {
    const bound = binding({ name, arn: GROUPS[name] });
    return kindKnown ? bound : { ...bound, group: { ...bound.group, loadBalancer: undefined } };
  });

  async function asked(arn: string): Promise<GroupName> {
    const group: GroupName = arn === GROUPS.nlb ? 'nlb' : 'alb';
    calls.push({ group, atMs: clock.now() });
    await fail(truth.trouble('aws', clock.now()));
    return group;
  }

  return {
    cluster: {
      readPod: () => kubernetes(pod),
      listBindings: (apiGroup) => list(() => (apiGroup === 'elbv2.k8s.aws' ? bindings : [])),
      listEndpointSlices: () => list(() => (groups.length === 0 ? [] : [listed()])),
      readService: () => list(() => ({ ports: [{ name: 'http', port: 80 }], publishesNotReady: false })),
    },
    loadBalancers: {
      async describeTargetGroup({ arn = '' }) {
        const group = await asked(arn);
        if (truth.target(group, clock.now()) === 'no-such-group') {
          looks.push({ group, atMs: clock.now(), filtered: false });
          throw failure('not-found');
        }
        return { arn, loadBalancer: group, family: 'ipv4' };
      },
      async describeTargetHealth({ arn }, addresses) {
        const group = await asked(arn);
        looks.push({ group, atMs: clock.now(), filtered: addresses !== 'all' });
        return answer(truth.target(group, clock.now()), elsewhere ? ELSEWHERE : PORT, addresses);
      },
    },
  };
}

type Addresses = Parameters<HoldPorts['loadBalancers']['describeTargetHealth']>[1];

/** As ELBv2 answers: who is asked for by address is in the answer in any case. */
function answer(truth: TargetTruth, port: number, addresses: Addresses): TargetHealthAnswer {
  if (truth === 'no-such-group') return { kind: 'no-such-group' };
  if (truth === 'invalid-target' && addresses !== 'all') return { kind: 'invalid-target' };
  const registered = registeredAs(truth, port);
  if (addresses === 'all') return { kind: 'targets', targets: registered };
  return {
    kind: 'targets',
    targets: addresses.map(
      (asked) =>
        registered.find((target) => target.ip === asked.ip && target.port === asked.port) ??
        health('unused/Target.NotRegistered', asked),
    ),
  };
}

function registeredAs(truth: TargetTruth, port: number): readonly TargetHealth[] {
  switch (truth) {
    case 'unregistered':
    case 'invalid-target':
      return [];
    case 'draining':
      return [health('draining/Target.DeregistrationInProgress', { port })];
    case 'not-in-use':
      return [health('unused/Target.NotInUse', { port })];
    default:
      return [health(truth, { port })];
  }
}
