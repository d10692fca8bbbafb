import type { PodEvents } from '../core/pod-event.ts';
import type { Clock, Cluster } from '../core/ports.ts';
import { createApiClient } from './api-client.ts';
import { createCluster } from './cluster.ts';
import { connect } from './connect.ts';
import { createPodEvents } from './pod-events.ts';

/** Everything that the sidecar asks of Kubernetes and tells it, over one connection. */
export function connectKubernetes(
  env: Readonly<Record<string, string | undefined>>,
  serviceAccountDir: string,
  clock: Clock,
): { readonly cluster: Cluster; readonly podEvents: PodEvents } {
  const client = createApiClient({ clock, connect: () => connect(env, serviceAccountDir) });
  return { cluster: createCluster(client), podEvents: createPodEvents(client, () => new Date()) };
}
