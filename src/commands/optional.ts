import packageJson from '../../package.json' with { type: 'json' };
import type { Config } from '../config.ts';
import type { CutShort, Journal } from '../core/journal.ts';
import { groupName } from '../core/target.ts';
import type { MetricsPage } from '../sidecar/server.ts';
import type { CheckResult } from '../sidecar/startup-check.ts';
import type { CommandPorts } from './ports.ts';

/** What hears of holds and of the start-up check only where it is switched on. */
export interface Optional {
  readonly journals: readonly Journal[];
  readonly checked: (result: CheckResult) => void;
  readonly metrics: MetricsPage | undefined;
}

/** Each is loaded only where it is switched on: a sidecar without them never reads them. `holding` gives the holds that go on. */
export async function loadOptional(
  config: Config,
  { print }: Pick<CommandPorts, 'print'>,
  holding: () => readonly CutShort[],
): Promise<Optional> {
  const emf = config.emf ? (await import('../telemetry/emf.ts')).journalToEmf({ print, now: Date.now }) : undefined;
  const metrics = config.metrics
    ? (await import('../telemetry/metrics.ts')).createMetrics({
        version: packageJson.version,
        observe: config.policy.observe,
        holding,
      })
    : undefined;
  return {
    journals: [emf, metrics?.journal].filter((journal) => journal !== undefined),
    checked: ({ problems, groups }) =>
      metrics?.checked(
        problems.length,
        groups.map(({ group }) => groupName(group)),
      ),
    metrics,
  };
}
