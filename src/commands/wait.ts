import type { Config } from '../config.ts';
import { startHold } from '../core/hold.ts';
import { type HoldSummary, REASONS } from '../core/outcome.ts';
import { journalTo } from '../telemetry/log.ts';
import type { CommandPorts } from './ports.ts';

/** One hold: prints its result as one line of JSON and exits with the code of its reason. */
export async function wait(config: Config, ports: CommandPorts, print: (summary: HoldSummary) => void): Promise<void> {
  const { clock, random, cluster, loadBalancers, log, exit } = ports;
  ports.onSignal((signal) => exit(signal === 'SIGINT' ? 130 : 143));
  const { released } = startHold(
    { pod: config.pod, policy: config.policy, arrivedAtMs: clock.now(), known: { pod: undefined, groups: [] } },
    { clock, random, cluster, loadBalancers, journal: journalTo(log) },
  );
  const { summary } = await released;
  print(summary);
  exit(REASONS[summary.reason].exitCode);
}
