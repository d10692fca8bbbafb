/** The path of the hook on the sidecar's port. */
export const HOOK_PATH = '/prestop';

/** What a container does before SIGTERM (core/v1 LifecycleHandler), as far as it tells whether the sidecar is asked. */
export type PreStop =
  | { readonly kind: 'none' | 'sleep' | 'other' }
  /** `port` is a number or a name; `path` may lack its first slash. */
  | { readonly kind: 'http'; readonly path: string; readonly port: unknown }
  | { readonly kind: 'exec'; readonly command: string };

/** `http` and `command` ask the sidecar, `http` perhaps wrongly: see `reachesSidecar`. `foreign` does something else. */
export type HookKind = 'none' | 'sleep' | 'command' | 'foreign' | 'http';

/** What such a hook is to a sidecar that listens on `port`. */
export function kindOfHook(preStop: PreStop, port: number): HookKind {
  switch (preStop.kind) {
    case 'http':
      return hasHookPath(preStop.path) || hasHookPort(preStop.port, port) ? 'http' : 'foreign';
    case 'exec':
      return kindOfCommand(preStop.command, port);
    case 'other':
      return 'foreign';
    default:
      return preStop.kind;
  }
}

/** Whether the hook asks a sidecar that was told to listen on `port`; 0 is one that nobody can know. */
export function reachesSidecar(preStop: PreStop, port: number): boolean {
  if (preStop.kind === 'http') return hasHookPath(preStop.path) && (port === 0 || hasHookPort(preStop.port, port));
  return kindOfHook(preStop, port) === 'command';
}

export function hasHookPath(path: string): boolean {
  // The kubelet puts the first slash before a path that has none.
  const [plain = ''] = path.split('?', 1);
  return plain === HOOK_PATH || `/${plain}` === HOOK_PATH;
}

/** A name is looked up in the container that has the hook, so only a number leads to the sidecar. */
export function hasHookPort(given: unknown, port: number): boolean {
  return given === port;
}

/** `drain-wait wait`, or some HTTP client that asks the sidecar; inside of the pod it may do so by any address. */
function kindOfCommand(command: string, port: number): HookKind {
  const asked = command.includes(`:${port}${HOOK_PATH}`) || command.includes('drain-wait');
  // A port that only the shell of the container knows may be the right one.
  if (asked || (command.includes(HOOK_PATH) && command.includes('$'))) return 'command';
  return /\bsleep\b/.test(command) ? 'sleep' : 'foreign';
}
