import { HOOK_PATH, hasHookPath, hasHookPort } from '../../../core/hook.ts';
import type { Hit, Rule } from '../finding.ts';
import { hookPort, httpHooksOf } from '../hook.ts';
import type { Inventory } from '../inventory.ts';
import { MORE } from '../more.ts';
import { at, type Place, textOf } from '../place.ts';

export const hookPortName: Rule = {
  id: 'hook-port-name',
  severity: 'error',
  finds: 'a hook port that is no number',
  why: 'The kubelet looks a name up in the container that has the hook, not in the sidecar. It finds none, and sends SIGTERM at once.',
  fix: "Write the number of the sidecar's port, without quotes: 9787, or what DRAIN_WAIT_PORT says.",
  more: MORE.hooks,
  check: (inventory) =>
    hits(inventory, (httpGet) =>
      typeof at(httpGet, 'port').value === 'string' ? { key: 'port', problem: 'is a name' } : undefined,
    ),
};

export const wrongHookPort: Rule = {
  id: 'hook-port',
  severity: 'error',
  finds: "a hook port that is not the sidecar's",
  why: 'Nothing answers there, or something else does: the container gets SIGTERM at once.',
  fix: 'Write the same number in the hook and in DRAIN_WAIT_PORT (9787 where it is not set).',
  more: MORE.hooks,
  check: (inventory) =>
    hits(inventory, (httpGet, port) =>
      typeof at(httpGet, 'port').value === 'string' || hasHookPort(at(httpGet, 'port').value, port)
        ? undefined
        : { key: 'port', problem: `is not that of the sidecar, ${port}` },
    ),
};

export const wrongHookPath: Rule = {
  id: 'hook-path',
  severity: 'error',
  finds: `a hook path that is not ${HOOK_PATH}`,
  why: 'The sidecar answers anything else at once, and the kubelet takes any answer for leave to send SIGTERM.',
  fix: `Write path: ${HOOK_PATH}.`,
  more: MORE.hooks,
  check: (inventory) =>
    hits(inventory, (httpGet) =>
      hasHookPath(textOf(httpGet, 'path') ?? '') ? undefined : { key: 'path', problem: `is not ${HOOK_PATH}` },
    ),
};

export const hookHost: Rule = {
  id: 'hook-host',
  severity: 'error',
  finds: 'a hook with a host',
  why: 'The kubelet calls from the network of the node, so 127.0.0.1 is the node and not the pod. Without a host it calls the pod.',
  fix: 'Leave the host out.',
  more: MORE.hooks,
  check: (inventory) =>
    hits(inventory, (httpGet) =>
      (textOf(httpGet, 'host') ?? '') === '' ? undefined : { key: 'host', problem: 'does not lead to the pod' },
    ),
};

export const hookScheme: Rule = {
  id: 'hook-scheme',
  severity: 'error',
  finds: 'a hook over HTTPS',
  why: 'The sidecar speaks HTTP. The call fails, and the container gets SIGTERM at once.',
  fix: 'Leave the scheme out, or write HTTP.',
  more: MORE.hooks,
  check: (inventory) =>
    hits(inventory, (httpGet) =>
      (textOf(httpGet, 'scheme') ?? 'HTTP') === 'HTTP' ? undefined : { key: 'scheme', problem: 'is not HTTP' },
    ),
};

interface Problem {
  readonly key: string;
  readonly problem: string;
}

function hits({ guarded }: Inventory, check: (httpGet: Place, port: number) => Problem | undefined): readonly Hit[] {
  return guarded.flatMap((workload) =>
    httpHooksOf(workload).flatMap(({ at: httpGet, container }) => {
      const found = check(httpGet, hookPort(workload));
      if (found === undefined) return [];
      const value = textOf(httpGet, found.key);
      const current = value === undefined ? 'nothing is set' : `current value is '${value}'`;
      const message = `the ${found.key} of the hook of container '${textOf(container, 'name')}' ${found.problem}: ${current}`;
      return [{ at: at(httpGet, found.key), message }];
    }),
  );
}
