import type { Config } from '../config.ts';
import { type CheckResult, checkUntilFound } from '../sidecar/startup-check.ts';
import { EXIT } from './help.ts';
import type { CommandPorts } from './ports.ts';

/** What a hold would find right now, reported again as long as it changes and nothing is found. Exits with 1 where something is wrong. */
export async function check(
  config: Config,
  ports: CommandPorts,
  report: (result: CheckResult) => void | Promise<void>,
): Promise<void> {
  const { problems } = await checkUntilFound({ ...config, ...ports, report });
  ports.exit(problems.length === 0 ? 0 : EXIT.failure);
}
