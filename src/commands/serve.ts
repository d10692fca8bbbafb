import type { Config } from '../config.ts';
import { NO_CALLS } from '../core/calls.ts';
import { createHolds } from '../core/holds.ts';
import { type CutShort, tellAll } from '../core/journal.ts';
import { beginHold, lastRead } from '../core/observation.ts';
import type { HoldSummary } from '../core/outcome.ts';
import type { HoldPolicy } from '../core/policy.ts';
import type { PriorKnowledge } from '../core/ports.ts';
import type { HookOrigin } from '../core/request.ts';
import { cutShort, summarize } from '../core/summary.ts';
import { groupName } from '../core/target.ts';
import { forecast } from '../sidecar/forecast.ts';
import { createLifecycle } from '../sidecar/lifecycle.ts';
import { originOf } from '../sidecar/origin.ts';
import { startServer } from '../sidecar/server.ts';
import { type CheckResult, mergeResults } from '../sidecar/startup-check.ts';
import { describeStatus } from '../sidecar/status.ts';
import { journalTo, type Log } from '../telemetry/log.ts';
import { createEventWriter, exitAfter, journalToEvents } from '../telemetry/pod-events.ts';
import { loadOptional } from './optional.ts';
import type { CommandPorts } from './ports.ts';

/** The sidecar: listens, has checked once what can be seen, and holds when it is called. Rejects where it cannot listen. */
export async function serve(config: Config, ports: CommandPorts): Promise<void> {
  const { pod, policy } = config;
  const { clock, log } = ports;
  const events = createEventWriter(ports.podEvents, log, clock);
  const journals = [journalTo(log), ...(config.events ? [journalToEvents(events)] : [])];
  const tell = tellAll(journals);
  let checked: CheckResult | undefined;
  let endCheck = (): void => {};
  const holds = createHolds(
    policy,
    {
      ...ports,
      journal(event) {
        tell(event);
        lifecycle.onNews();
      },
    },
    known,
  );
  const lifecycle = createLifecycle({
    ...ports,
    sidecar: howWeRun,
    hold: () => hold('node'),
    holdEnds: () => holds.end(pod),
    exit,
  });

  /** Targets stay known from the start-up even if the Service stops selecting the pod later. */
  function known(): PriorKnowledge {
    return { pod: checked?.pod, groups: checked?.groups ?? [] };
  }

  function howWeRun(): 'native' | 'classic' | 'unknown' {
    if (config.sidecar !== 'auto') return config.sidecar;
    const state = holds.latest(pod)?.hold?.state();
    const read = (state === undefined ? undefined : lastRead(state.pod)) ?? checked?.pod;
    return read?.sidecar ?? 'unknown';
  }

  /** A hold needs the memory that a check may still be using, and looks for itself. */
  function hold(origin: HookOrigin): Promise<HoldSummary> {
    endCheck();
    return holds.join(pod, origin);
  }

  /** In observe mode nobody waits for the hold. */
  function answerHook(origin: HookOrigin): Promise<HoldSummary> {
    const held = hold(origin);
    if (!policy.observe) return held;
    const nowMs = clock.now();
    return Promise.resolve(summarize(beginHold(nowMs, origin, known()), 'observing', policy, NO_CALLS, nowMs));
  }

  /** The hold that goes on, as it stands; none where there is none. */
  function soFar(): readonly CutShort[] {
    const latest = holds.latest(pod);
    if (latest?.hold === undefined || latest.result !== undefined) return [];
    return [cutShort(pod, latest.hold.state(), policy, latest.hold.calls(), clock.now())];
  }

  /** Whoever is told to stop during a hold, by a forced deletion or the end of the grace period, at least says so. */
  function exit(code: number): void {
    for (const told of soFar()) tell(told);
    void exitAfter(events, ports, code);
  }

  // Before anything that takes time: the kernel drops signals to process 1 that nobody handles.
  ports.onSignal(lifecycle.onSignal);
  const optional = await loadOptional(config, ports, soFar);
  journals.push(...optional.journals);
  const server = await startServer({
    port: config.port,
    originOf: originOf(config.nodeIps),
    preStop: answerHook,
    status: () => describeStatus(pod, policy, clock, checked, holds.latest(pod)),
    metrics: optional.metrics,
  });
  log.info({ port: server.port, pod: `${pod.namespace}/${pod.name}` }, 'listening');
  endCheck = ports.startCheck((result) => {
    checked = mergeResults(checked, result);
    optional.checked(checked);
    logCheck(result, policy, log);
  });
  if (policy.disabled !== undefined) {
    log.warn({ disabled: policy.disabled }, 'disabled: every hook is answered at once');
    // Before it has begun; the right to start a process goes with it.
    endCheck();
  }
}

function logCheck(result: CheckResult, policy: HoldPolicy, log: Log): void {
  const { pod, source, groups, problems } = result;
  const fields = {
    aHoldNow: forecast(result, policy),
    sidecar: pod?.sidecar ?? 'unknown',
    source: source ?? 'none',
    targetGroups: groups.map(({ group }) => groupName(group)),
  };
  if (problems.length === 0) log.info(fields, 'start-up check');
  else log.warn({ ...fields, problems }, 'start-up check');
}
