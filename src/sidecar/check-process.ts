import { fork } from 'node:child_process';
import type { CheckResult } from './startup-check.ts';

/**
 * Runs `drain-wait check` with these arguments as a child process of the same program. What it loads to read Kubernetes goes with
 * it, and the sidecar stays as small as it was. The child ends with its parent, or when the returned function is called.
 */
export function checkInChild(
  program: string,
  args: readonly string[],
  report: (result: CheckResult) => void,
): () => void {
  let reported = false;
  function tell(result: CheckResult): void {
    reported = true;
    report(result);
  }
  const child = fork(program, ['check', ...args], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  child.on('message', (result) => tell(result as CheckResult));
  child.on('error', (error) => tell(failed(error.message)));
  child.on('exit', (code, signal) => {
    forbidChildren();
    if (!reported) tell(failed(`ended with ${signal ?? `code ${code}`}`));
  });
  return () => {
    reported = true;
    child.kill('SIGKILL');
    forbidChildren();
  };
}

/** Under Node's permission model, as in the image: whatever is loaded later starts no process. Node 24 cannot drop a permission. */
function forbidChildren(): void {
  process.permission?.drop?.('child');
}

function failed(why: string): CheckResult {
  const message = `start-up check: ${why}; holds look for themselves`;
  return { pod: undefined, source: undefined, groups: [], problems: [{ kind: 'unreachable', message }] };
}
