import { HOOK_PATH } from '../sidecar.ts';
import { settingValue } from './environment.ts';
import { at, isThere, type Place, textOf, textsOf } from './place.ts';
import type { Guarded } from './workload.ts';

/** What a main container does before SIGTERM, and where that is said. */
export type Hook =
  | { readonly kind: 'none' | 'sleep' | 'command' | 'foreign'; readonly container: Place; readonly at: Place }
  | HttpHook;

/** A call that is meant for the sidecar: its path or its port is the sidecar's. */
export interface HttpHook {
  readonly kind: 'http';
  readonly container: Place;
  readonly at: Place;
}

export function hooksOf(workload: Guarded): readonly Hook[] {
  const port = hookPort(workload);
  return workload.mains.map((container) => hookOf(container, port));
}

/** Every hook that calls the sidecar over HTTP, or tries to. */
export function httpHooksOf(workload: Guarded): readonly HttpHook[] {
  return hooksOf(workload).filter((hook) => hook.kind === 'http');
}

/** The port that the sidecar listens on. */
export function hookPort({ sidecar }: Guarded): number {
  return settingValue(sidecar.settings, 'port');
}

export function hasHookPath(httpGet: Place): boolean {
  // The kubelet puts the first slash before a path that has none.
  const [path = ''] = (textOf(httpGet, 'path') ?? '').split('?', 1);
  return path === HOOK_PATH || `/${path}` === HOOK_PATH;
}

export function hasHookPort(httpGet: Place, port: number): boolean {
  return at(httpGet, 'port').value === port;
}

function hookOf(container: Place, port: number): Hook {
  const preStop = at(container, 'lifecycle', 'preStop');
  if (isThere(preStop, 'httpGet')) {
    const httpGet = at(preStop, 'httpGet');
    const ours = hasHookPath(httpGet) || hasHookPort(httpGet, port);
    return { kind: ours ? 'http' : 'foreign', container, at: httpGet };
  }
  if (isThere(preStop, 'exec')) {
    const command = textsOf(preStop, 'exec', 'command').join(' ');
    return { kind: kindOfCommand(command, port), container, at: at(preStop, 'exec') };
  }
  if (isThere(preStop, 'sleep')) return { kind: 'sleep', container, at: at(preStop, 'sleep') };
  return { kind: isThere(preStop) ? 'foreign' : 'none', container, at: preStop };
}

/** `drain-wait wait`, or some HTTP client that asks the sidecar; inside of the pod it may do so by any address. */
function kindOfCommand(command: string, port: number): 'command' | 'sleep' | 'foreign' {
  const asked = command.includes(`:${port}${HOOK_PATH}`) || command.includes('drain-wait');
  // A port that only the shell of the container knows may be the right one.
  if (asked || (command.includes(HOOK_PATH) && command.includes('$'))) return 'command';
  return /\bsleep\b/.test(command) ? 'sleep' : 'foreign';
}
