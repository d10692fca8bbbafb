import type { Config } from '../config.ts';
import { createHolds } from '../core/holds.ts';
import { lastRead } from '../core/observation.ts';
import type { HoldSummary } from '../core/outcome.ts';
import { summarizeTargets } from '../core/summary.ts';
import { groupName } from '../core/target.ts';
import { createLifecycle } from '../sidecar/lifecycle.ts';
import { startServer } from '../sidecar/server.ts';
import { type CheckResult, mergeResults } from '../sidecar/startup-check.ts';
import { describeStatus } from '../sidecar/status.ts';
import { journalTo, type Log } from '../telemetry/log.ts';
import type { CommandPorts } from './ports.ts';

/** The sidecar: listens, has checked once what can be seen, and holds when it is called. Rejects where it cannot listen. */
export async function serve(config: Config, ports: CommandPorts): Promise<void> {
  const { pod, policy } = config;
  const { clock, log } = ports;
  const writeToLog = journalTo(log);
  let checked: CheckResult | undefined;
  let endCheck = (): void => {};
  const holds = createHolds(
    policy,
    {
      ...ports,
      journal(event) {
        writeToLog(event);
        lifecycle.onNews();
      },
    },
    // Targets stay known from the start-up even if the Service stops selecting the pod later.
    () => ({ pod: checked?.pod, groups: checked?.groups ?? [] }),
  );
  const lifecycle = createLifecycle({ ...ports, sidecar: howWeRun, hold, exit });

  function howWeRun(): 'native' | 'classic' | 'unknown' {
    if (config.sidecar !== 'auto') return config.sidecar;
    const state = holds.latest(pod)?.hold?.state();
    const read = (state === undefined ? undefined : lastRead(state.pod)) ?? checked?.pod;
    return read?.sidecar ?? 'unknown';
  }

  /** A hold needs the memory that a check may still be using, and looks for itself. */
  function hold(): Promise<HoldSummary> {
    endCheck();
    return holds.join(pod);
  }

  /** Whoever is told to stop during a hold, by a forced deletion or the end of the grace period, at least says so. */
  function exit(code: number): void {
    const latest = holds.latest(pod);
    if (latest?.hold !== undefined && latest.result === undefined) {
      const targets = summarizeTargets(latest.hold.state(), policy, clock.now());
      log.warn({ targets }, 'told to stop during the hold');
    }
    ports.exit(code);
  }

  // Before anything that takes time: the kernel drops signals to process 1 that nobody handles.
  ports.onSignal(lifecycle.onSignal);
  const server = await startServer({
    port: config.port,
    preStop: hold,
    status: () => describeStatus(pod, policy, clock, checked, holds.latest(pod)),
  });
  log.info({ port: server.port, pod: `${pod.namespace}/${pod.name}` }, 'listening');
  if (config.reserved.length > 0) log.warn({ settings: config.reserved }, 'settings have no effect in this version');
  if (policy.disabled !== undefined) {
    log.warn({ disabled: policy.disabled }, 'disabled: every hook is answered at once');
    return;
  }
  endCheck = ports.startCheck((result) => {
    checked = mergeResults(checked, result);
    logCheck(result, log);
  });
}

function logCheck({ pod, source, groups, problems }: CheckResult, log: Log): void {
  const fields = {
    sidecar: pod?.sidecar ?? 'unknown',
    source: source ?? 'none',
    targetGroups: groups.map(({ group }) => groupName(group)),
  };
  if (problems.length === 0) log.info(fields, 'start-up check');
  else log.warn({ ...fields, problems }, 'start-up check');
}
