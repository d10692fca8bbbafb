import type { Clock } from '../core/ports.ts';
import type { CheckResult } from './startup-check.ts';

/** The first probe comes before: whoever waits for the sidecar to be ready does not wait for the check. */
const AFTER_MS = 200;

/**
 * Runs `drain-wait check` with these arguments, soon, as a child process of the same program. What it loads to read Kubernetes goes
 * with it, and the sidecar stays as small as it was. The child ends with its parent, or when the returned function is called.
 */
export function checkInChild(
  program: string,
  args: readonly string[],
  clock: Clock,
  report: (result: CheckResult) => void,
): () => void {
  const stop = new AbortController();
  async function run(): Promise<void> {
    await clock.sleep(AFTER_MS, stop.signal);
    const { fork } = await import('node:child_process');
    if (stop.signal.aborted) return;
    let reported = false;
    function tell(result: CheckResult): void {
      reported = true;
      if (!stop.signal.aborted) report(result);
    }
    const child = fork(program, ['check', ...args], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    stop.signal.addEventListener('abort', () => child.kill('SIGKILL'));
    child.on('message', (result) => tell(result as CheckResult));
    child.on('error', (error) => tell(failed(error.message)));
    child.on('exit', (code, signal) => {
      forbidChildren();
      if (!reported) tell(failed(`ended with ${signal ?? `code ${code}`}`));
    });
  }
  void run();
  return () => {
    stop.abort();
    forbidChildren();
  };
}

/** Under Node's permission model, as in the image: whatever is loaded later starts no process. Node 24 cannot drop a permission. */
function forbidChildren(): void {
  process.permission?.drop?.('child');
}

function failed(why: string): CheckResult {
  const message = `start-up check: ${why}; holds look for themselves`;
  return {
    pod: undefined,
    source: undefined,
    groups: [],
    complete: false,
    problems: [{ kind: 'unreachable', message }],
  };
}
