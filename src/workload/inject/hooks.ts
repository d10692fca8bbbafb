import { HOOK_PATH } from '../../core/hook.ts';
import { preStopHook } from '../sidecar.ts';
import { isPlain, type Plain, plain, textOf } from './plain.ts';

/** The preStop hook that a container has. */
export type Hook =
  | { readonly kind: 'none' }
  /** It calls drain-wait. `combined`: after work of its own. */
  | { readonly kind: 'ours' | 'combined' }
  /** `what` is in words, for a message. A sleep is what drain-wait replaces. */
  | { readonly kind: 'sleep' | 'exec' | 'other'; readonly what: string };

/** `ports` are those on which drain-wait answers, or answered before this call. */
export function hookOf(container: Plain, ports: readonly number[]): Hook {
  const preStop = plain(container['lifecycle'])['preStop'];
  if (!isPlain(preStop) || Object.keys(preStop).length === 0) return { kind: 'none' };
  const { exec, httpGet, sleep } = preStop;
  if (isPlain(sleep)) return { kind: 'sleep', what: `sleep ${textOf(sleep['seconds'])}` };
  if (isPlain(httpGet)) {
    return isOurs(httpGet, ports)
      ? { kind: 'ours' }
      : { kind: 'other', what: `httpGet ${textOf(httpGet['path'])} on port ${textOf(httpGet['port'])}` };
  }
  return isPlain(exec) ? execHook(exec, ports) : { kind: 'other', what: Object.keys(preStop).join(', ') };
}

function isOurs({ path, port, host }: Plain, ports: readonly number[]): boolean {
  return path === HOOK_PATH && ports.includes(Number(port)) && (host === undefined || host === '');
}

function execHook({ command }: Plain, ports: readonly number[]): Hook {
  const text = Array.isArray(command) ? command.join(' ') : '';
  if (ports.some((port) => text.includes(`:${port}${HOOK_PATH}`))) return { kind: 'combined' };
  const sleep = /^(?:\S*sh -e?c )?(?:exec )?\S*(sleep \S+?);?$/.exec(text.trim())?.[1];
  return sleep === undefined ? { kind: 'exec', what: `exec ${text}` } : { kind: 'sleep', what: sleep };
}

/** The container with the hook. One that it has already keeps what was added to it, and gets the port. */
export function withHook(container: Plain, hook: Hook, port: number): Plain {
  const lifecycle = plain(container['lifecycle']);
  const httpGet = hook.kind === 'ours' ? plain(plain(lifecycle['preStop'])['httpGet']) : {};
  const ours = preStopHook(port);
  return { ...container, lifecycle: { ...lifecycle, preStop: { httpGet: { ...httpGet, ...ours.httpGet } } } };
}

/** What to do about a hook that is in the way. */
export function adviceFor(hook: Extract<Hook, { readonly what: string }>, port: number): string {
  const skip =
    'or --skip-hooked to leave it: that container then gets SIGTERM when its own hook returns, whatever the load balancer does.';
  switch (hook.kind) {
    case 'sleep':
      return `drain-wait replaces such a sleep: give --overwrite-hooks, ${skip}`;
    case 'exec':
      return `Call drain-wait as the last thing of it, and inject again: wget -qO- http://127.0.0.1:${port}${HOOK_PATH}. Or give --overwrite-hooks to replace it, ${skip}`;
    case 'other':
      return `A container has one hook: make it an exec that ends with wget -qO- http://127.0.0.1:${port}${HOOK_PATH}, and inject again. Or give --overwrite-hooks to replace it, ${skip}`;
    default:
      return hook.kind satisfies never;
  }
}
