import { isDeepStrictEqual } from 'node:util';
import { HOOK_PORT } from '../sidecar.ts';
import { adviceFor, type Hook, hookOf, withHook } from './hooks.ts';
import type { InjectOptions } from './options.ts';
import { isSidecar } from './place-sidecar.ts';
import { type Plain, textOf } from './plain.ts';
import type { Refusal } from './result.ts';

/** What has become of the containers. */
interface Hooked {
  readonly containers: readonly Plain[];
  readonly refusals: readonly Refusal[];
  /** In words; empty where nothing was to do. */
  readonly done: readonly string[];
  readonly warnings: readonly string[];
}

interface Ports {
  readonly port: number;
  /** Where the sidecar answered before this call. */
  readonly oldPort: number;
}

/** What has become of one container. */
type Change =
  | { readonly kind: 'same' }
  /** `instead`: the hook that was there, in words. */
  | { readonly kind: 'hooked'; readonly container: Plain; readonly instead: string | undefined }
  | { readonly kind: 'warning' | 'refusal'; readonly text: string };

/** Gives the hook to each container that should have it. */
export function hookContainers(containers: readonly Plain[], options: InjectOptions, ports: Ports): Hooked {
  const changes = containers.map((container) => changeFor(container, options, ports));
  const hooked = changes.flatMap((change) => (change.kind === 'hooked' ? [titleOf(change)] : []));
  return {
    containers: containers.map((container, index) => {
      const change = changes[index];
      return change?.kind === 'hooked' ? change.container : container;
    }),
    refusals: changes.flatMap((change, index) =>
      change.kind === 'refusal' ? [{ path: ['containers', index, 'lifecycle', 'preStop'], problem: change.text }] : [],
    ),
    done: hooked.length === 0 ? [] : [`hook on ${inWords(hooked)}`],
    warnings: changes.flatMap((change) => (change.kind === 'warning' ? [change.text] : [])),
  };
}

function changeFor(container: Plain, { containers, hooked }: InjectOptions, { port, oldPort }: Ports): Change {
  if (isSidecar(container)) return { kind: 'same' };
  const name = textOf(container['name']);
  const hook = hookOf(container, [port, oldPort, HOOK_PORT]);
  if (containers.length > 0 && !containers.includes(name)) return leave(name, hook);
  switch (hook.kind) {
    case 'combined':
      return { kind: 'same' };
    case 'none':
    case 'ours':
      return hookIt(container, hook, port);
    case 'sleep':
    case 'exec':
    case 'other':
      if (hooked === 'overwrite') return hookIt(container, hook, port, hook.what);
      return hooked === 'skip'
        ? { kind: 'warning', text: `the hook of ${name} stays (${hook.what}): it gets SIGTERM when that has ended` }
        : { kind: 'refusal', text: `container ${name} has a preStop hook (${hook.what}). ${adviceFor(hook, port)}` };
    default:
      return hook satisfies never;
  }
}

function leave(name: string, hook: Hook): Change {
  return hook.kind === 'none'
    ? { kind: 'warning', text: `no hook on ${name}: it gets SIGTERM at once, whatever the others wait for` }
    : { kind: 'same' };
}

function hookIt(container: Plain, hook: Hook, port: number, instead?: string): Change {
  const changed = withHook(container, hook, port);
  return isDeepStrictEqual(changed, container) ? { kind: 'same' } : { kind: 'hooked', container: changed, instead };
}

function titleOf({ container, instead }: Extract<Change, { readonly kind: 'hooked' }>): string {
  return `${textOf(container['name'])}${instead === undefined ? '' : ` (instead of ${instead})`}`;
}

function inWords(names: readonly string[]): string {
  return new Intl.ListFormat('en-GB').format(names);
}
