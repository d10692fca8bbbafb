import type { Connection } from './connection.ts';
import { connectAsServiceAccount } from './service-account.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * A way to the API server: `KUBECONFIG` where it is set, else the service account of the pod, whose files are in
 * `serviceAccountDir`, else the user's own kubeconfig. Rejects with an Error that says what is missing.
 */
export async function connect(env: Environment, serviceAccountDir: string): Promise<Connection> {
  const host = env['KUBERNETES_SERVICE_HOST'];
  if (host !== undefined && isEmpty(env['KUBECONFIG'])) {
    const port = env['KUBERNETES_SERVICE_PORT'] ?? '443';
    return await connectAsServiceAccount({ host, port, folder: serviceAccountDir });
  }
  // The official client, which nobody in a pod needs.
  const { connectByKubeconfig } = await import('./kubeconfig.ts');
  return await connectByKubeconfig();
}

/**
 * Connects ahead of the first call, because the first time loads the official client, and a login may ask another program: no call has so much
 * time. What failed is told by the call.
 */
export async function connectAhead(env: Environment, serviceAccountDir: string): Promise<() => Promise<Connection>> {
  let first: Promise<Connection> | undefined = connect(env, serviceAccountDir);
  await first.catch(() => {});
  return () => {
    const found = first ?? connect(env, serviceAccountDir);
    first = undefined;
    return found;
  };
}

function isEmpty(value: string | undefined): boolean {
  return value === undefined || value === '';
}
