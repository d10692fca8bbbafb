import { Agent as HttpAgent } from 'node:http';
import type { RequestOptions } from 'node:https';
import { KubeConfig } from '@kubernetes/client-node';
import { type Connection, connectTo } from './connection.ts';

/** As `kubectl` would: by `KUBECONFIG` or the user's own file, with every way to log in that the official client knows. */
export async function connectByKubeconfig(config = loadDefault()): Promise<Connection> {
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw new Error('the kubeconfig has no current cluster');
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  const { agent, headers, auth } = options;
  return connectTo({
    url: new URL(cluster.server),
    agent: agent instanceof HttpAgent ? agent : new HttpAgent({ keepAlive: true }),
    options: { ...(headers === undefined ? {} : { headers }), ...(auth === undefined ? {} : { auth }) },
  });
}

/** The namespace that `kubectl` takes where none is named. */
export function namespaceOfContext(config = loadDefault()): string {
  return config.getContextObject(config.getCurrentContext())?.namespace ?? 'default';
}

function loadDefault(): KubeConfig {
  const config = new KubeConfig();
  config.loadFromDefault();
  return config;
}
