import type { Config } from '../config.ts';
import { misconfigured } from '../core/pod-event.ts';
import { type CheckProblem, type CheckResult, checkUntilFound } from '../sidecar/startup-check.ts';
import { createEventWriter } from '../telemetry/pod-events.ts';
import { EXIT } from './help.ts';
import type { CommandPorts } from './ports.ts';

export interface CheckOptions {
  /** Told of the first result, and of each that differs from the one before. Waited for. */
  readonly report: (result: CheckResult) => void | Promise<void>;
  /** Whether what is wrong is told to Kubernetes, too, as an Event on the pod. */
  readonly announce: boolean;
}

/** What a hold would find right now, reported again as long as it changes and nothing is found. Exits with 1 where something is wrong. */
export async function check(config: Config, ports: CommandPorts, { report, announce }: CheckOptions): Promise<void> {
  const events = createEventWriter(ports.podEvents, ports.log, ports.clock);
  let announced = '';

  async function reportAndAnnounce(result: CheckResult): Promise<void> {
    await report(result);
    const lasting = result.problems.filter(lasts).map(({ message }) => message);
    if (!announce || lasting.length === 0 || lasting.join() === announced) return;
    announced = lasting.join();
    events.write({ ...config.pod, uid: config.pod.uid ?? result.pod?.uid }, misconfigured(lasting));
  }

  const { problems } = await checkUntilFound({ ...config, ...ports, report: reportAndAnnounce });
  await events.flushed();
  ports.exit(problems.length === 0 ? 0 : EXIT.failure);
}

/** What may pass by itself is for the log: nobody has to mend it. */
function lasts({ kind }: CheckProblem): boolean {
  return kind !== 'unreachable' && kind !== 'throttled';
}
