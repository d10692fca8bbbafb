import { type HookKind, kindOfHook, type PreStop } from '../../core/hook.ts';
import { settingValue } from './environment.ts';
import { at, isThere, type Place, textOf, textsOf } from './place.ts';
import type { Guarded } from './workload.ts';

/** What a main container does before SIGTERM, and where that is said. */
export type Hook =
  | { readonly kind: Exclude<HookKind, 'http'>; readonly container: Place; readonly at: Place }
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

function hookOf(container: Place, port: number): Hook {
  const preStop = at(container, 'lifecycle', 'preStop');
  const handler = ['httpGet', 'exec', 'sleep'].find((key) => isThere(preStop, key));
  const kind = kindOfHook(toPreStop(preStop), port);
  return { kind, container, at: handler === undefined ? preStop : at(preStop, handler) };
}

function toPreStop(preStop: Place): PreStop {
  if (isThere(preStop, 'httpGet')) {
    const httpGet = at(preStop, 'httpGet');
    return { kind: 'http', path: textOf(httpGet, 'path') ?? '', port: at(httpGet, 'port').value };
  }
  if (isThere(preStop, 'exec')) return { kind: 'exec', command: textsOf(preStop, 'exec', 'command').join(' ') };
  if (isThere(preStop, 'sleep')) return { kind: 'sleep' };
  return { kind: isThere(preStop) ? 'other' : 'none' };
}
