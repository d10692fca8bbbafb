import type { Config } from '../config.ts';
import { createHolds } from '../core/holds.ts';
import { lastRead } from '../core/observation.ts';
import type { Clock, Cluster, LoadBalancers, Random } from '../core/ports.ts';
import { createLifecycle, type Signal } from '../sidecar/lifecycle.ts';
import { startServer } from '../sidecar/server.ts';
import { type CheckResult, createStartupCheck } from '../sidecar/startup-check.ts';
import { describeStatus } from '../sidecar/status.ts';
import { describeError, journalTo, type Log } from '../telemetry/log.ts';

/** The world as the process edge hands it to a command. */
export interface CommandPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly cluster: Cluster;
  readonly loadBalancers: LoadBalancers;
  readonly log: Log;
  readonly interactive: boolean;
  readonly onSignal: (listener: (signal: Signal) => void) => void;
  readonly exit: (code: number) => void;
}

/** The sidecar: listens, checks once what it can see, and holds when it is called. Rejects where it cannot listen. */
export async function serve(config: Config, ports: CommandPorts): Promise<void> {
  const { pod, policy } = config;
  const { clock, random, cluster, loadBalancers, log, interactive, exit } = ports;
  const check = createStartupCheck({
    pod,
    policy,
    cluster,
    clock,
    random,
    report: (result) => reportCheck(result, log),
  });
  const write = journalTo(log);
  const holds = createHolds(
    policy,
    {
      clock,
      random,
      cluster,
      loadBalancers,
      journal(event) {
        write(event);
        lifecycle.onNews();
      },
    },
    check.known,
  );
  const lifecycle = createLifecycle({ sidecar: howWeRun, hold: () => holds.join(pod), clock, interactive, exit });

  function howWeRun(): 'native' | 'classic' | 'unknown' {
    if (config.sidecar !== 'auto') return config.sidecar;
    const state = holds.latest(pod)?.hold?.state();
    const read = (state === undefined ? undefined : lastRead(state.pod)) ?? check.known().pod;
    return read?.sidecar ?? 'unknown';
  }

  const server = await startServer({
    port: config.port,
    preStop: () => holds.join(pod),
    status: () => describeStatus(pod, policy, clock, check.result(), holds.latest(pod)),
  });
  ports.onSignal(lifecycle.onSignal);
  log.info({ port: server.port, pod: `${pod.namespace}/${pod.name}` }, 'listening');
  if (config.reserved.length > 0) log.warn({ settings: config.reserved }, 'settings have no effect in this version');
  if (policy.disabled !== undefined)
    log.warn({ disabled: policy.disabled }, 'disabled: every hook is answered at once');
  else void check.run();
}

function reportCheck({ pod, discovery, problems }: CheckResult, log: Log): void {
  const fields = {
    sidecar: pod?.sidecar ?? 'unknown',
    source: discovery.source ?? 'none',
    targetGroups: discovery.groups.map(({ group }) => group.arn ?? group.name),
  };
  if (problems.length === 0) log.info(fields, 'start-up check');
  else log.warn({ ...fields, problems: problems.map(describeError) }, 'start-up check');
}
