import type { ImageConfiguration } from './inspect-image.ts';

/** What we change of an OCI runtime specification. */
export interface ContainerSpec {
  readonly process: object;
  readonly root: object;
  readonly linux: { readonly namespaces: readonly { readonly type: string }[] };
}

/** How the program is started. */
export interface Start {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * The container that runs an image with the least that it gets anywhere: its root is read-only, it has no capability and gets
 * none, and nothing is mounted for it to write to. It keeps this machine's network, so that it can be asked.
 */
export function hardened<Spec extends ContainerSpec>(
  spec: Spec,
  { config }: ImageConfiguration,
  root: string,
  start: Start,
): Spec {
  const [uid, gid] = config.User.split(':').map(Number);
  return {
    ...spec,
    root: { path: root, readonly: true },
    process: {
      ...spec.process,
      terminal: false,
      user: { uid, gid },
      cwd: config.WorkingDir,
      args: [...config.Entrypoint, ...start.args],
      env: [...config.Env, ...Object.entries(start.env).map(([name, value]) => `${name}=${value}`)],
      capabilities: {},
      noNewPrivileges: true,
    },
    linux: { ...spec.linux, namespaces: spec.linux.namespaces.filter(({ type }) => type !== 'network') },
  };
}
