import type { Config } from '../config.ts';
import { NO_CALLS } from '../core/calls.ts';
import { startHold } from '../core/hold.ts';
import { tellAll } from '../core/journal.ts';
import { beginHold } from '../core/observation.ts';
import { type HoldSummary, REASONS } from '../core/outcome.ts';
import { summarize } from '../core/summary.ts';
import { journalTo } from '../telemetry/log.ts';
import { createEventWriter, exitAfter, journalToEvents } from '../telemetry/pod-events.ts';
import type { CommandPorts } from './ports.ts';

/** One hold: prints its result as one line of JSON and exits with the code of its reason. */
export async function wait(config: Config, ports: CommandPorts, print: (summary: HoldSummary) => void): Promise<void> {
  const { pod, policy } = config;
  const { clock, log, exit } = ports;
  ports.onSignal((signal) => exit(signal === 'SIGINT' ? 130 : 143));
  const arrivedAtMs = clock.now();
  // Who starts it is in the pod.
  const origin = 'node';
  const known = { pod: undefined, groups: [] };
  if (policy.observe) {
    // A process that has ended observes nothing: that is for `serve`.
    print(summarize(beginHold(arrivedAtMs, origin, known), 'observing', policy, NO_CALLS, arrivedAtMs));
    return exit(REASONS.observing.exitCode);
  }
  const events = createEventWriter(ports.podEvents, log, clock);
  const journal = tellAll([journalTo(log), ...(config.events ? [journalToEvents(events)] : [])]);
  const { released } = startHold({ pod, policy, arrivedAtMs, origin, known }, { ...ports, journal });
  const { summary } = await released;
  print(summary);
  await exitAfter(events, ports, REASONS[summary.reason].exitCode);
}
