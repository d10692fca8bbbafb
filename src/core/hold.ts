import { type CallCounts, meterCluster } from './calls.ts';
import { decide, gracePeriodMs, mayAskLoadBalancers } from './decide.ts';
import { targetEvents } from './journal.ts';
import { beginHold, continueHold, type HoldState, identified, type Observation, observe } from './observation.ts';
import type { HoldSummary } from './outcome.ts';
import type { HoldPorts, HoldRequest } from './request.ts';
import { summarize } from './summary.ts';
import type { Watch } from './watch.ts';
import { watchPod } from './watch-pod.ts';
import { watchTargets } from './watch-targets.ts';

/** A hold that goes on. */
export interface Hold {
  /** The state at this moment, for whoever wants to look at it. */
  readonly state: () => HoldState;
  /** The calls to the API server so far. */
  readonly calls: () => CallCounts;
  /** To be called when a caller has joined that comes from the node. */
  readonly calledByNode: () => void;
  /** Resolves at the release; never rejects. */
  readonly released: Promise<ReleasedHold>;
}

export interface ReleasedHold {
  readonly summary: HoldSummary;
  /** On the ports' clock, ms. */
  readonly releasedAtMs: number;
  /** What was known at the release. */
  readonly state: HoldState;
  /** When the grace period is over and the kubelet kills what is left, on the ports' clock, ms. */
  readonly graceEndsAtMs: number;
}

/** Holds until every target of the pod has been let go by its load balancer, or until the rules say that it must end. */
export function startHold(request: HoldRequest, ports: HoldPorts): Hold {
  const { pod, policy } = request;
  const { clock, journal } = ports;
  const { cluster, counts } = meterCluster(ports.cluster, clock);
  const { promise: released, resolve: release } = Promise.withResolvers<ReleasedHold>();
  const ended = new AbortController();
  let observed = new AbortController();
  const { promise: mayAsk, resolve: letAsk } = Promise.withResolvers<void>();
  let state = firstState(request);

  /** Decides. Returns when to decide again at the latest, or undefined after the release. */
  function tick(): number | undefined {
    if (ended.signal.aborted) return undefined;
    const nowMs = clock.now();
    const decision = decide(state, policy, nowMs);
    if (decision.kind === 'hold') return decision.untilMs;
    ended.abort();
    letAsk();
    const summary = summarize(state, decision.reason, policy, counts(), nowMs);
    journal({ kind: 'released', pod: identified(pod, state.pod), summary });
    release({ summary, releasedAtMs: nowMs, state, graceEndsAtMs: request.arrivedAtMs + gracePeriodMs(state, policy) });
    return undefined;
  }

  function see(observation: Observation): void {
    if (ended.signal.aborted) return;
    const before = state;
    state = observe(before, observation, clock.now());
    for (const event of targetEvents(before, state)) journal(event);
    tick();
    if (mayAskLoadBalancers(state)) letAsk();
    observed.abort();
  }

  async function keepTime(): Promise<void> {
    for (let untilMs = tick(); untilMs !== undefined; untilMs = tick()) {
      observed = new AbortController();
      await clock.sleep(untilMs - clock.now(), observed.signal);
    }
  }

  async function watchAll(): Promise<void> {
    const watch: Watch = {
      request,
      ports: { ...ports, cluster },
      signal: ended.signal,
      mayAsk,
      state: () => state,
      see,
    };
    // Whether the pod is being deleted comes first: if not, nobody else is asked.
    await watchPod(watch);
    if (!ended.signal.aborted) await watchTargets(watch);
  }

  if (mayAskLoadBalancers(state)) letAsk();
  void keepTime();
  if (!ended.signal.aborted) void watchAll();
  return { state: () => state, calls: counts, calledByNode: () => see({ kind: 'called-by-node' }), released };
}

function firstState({ arrivedAtMs, origin, known, continues }: HoldRequest): HoldState {
  return continues === undefined ? beginHold(arrivedAtMs, origin, known) : continueHold(continues, arrivedAtMs, origin);
}
