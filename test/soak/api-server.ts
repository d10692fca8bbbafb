import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EmbeddedCluster } from '../../sim/cluster.ts';
import { makeCertificate } from '../../sim/kubernetes/tls.ts';
import { type Listening, listenOn } from '../../sim/listen.ts';

/** The way of a pod to its cluster, whose API server is restarted and whose token is replaced while the pod runs. */
export interface RestlessApi extends AsyncDisposable {
  /** For the container. */
  readonly env: Readonly<Record<string, string>>;
  /** Ends every connection, and is back on the same port after `awayMs`. */
  restart(awayMs: number): Promise<void>;
  /** As the kubelet does it: a new file in the place of the old one. The old token is no longer good. */
  rotateToken(): Promise<void>;
}

export async function startRestlessApi(cluster: EmbeddedCluster): Promise<RestlessApi> {
  const { cert, key } = await makeCertificate();
  const folder = await mkdtemp(join(tmpdir(), 'soak-'));
  let rotations = 0;

  function start(port: number): Promise<Listening> {
    const server = createServer(
      { cert, key },
      (request, response) => void cluster.kubernetes.handle(request, response),
    );
    // As long as the real one keeps a connection that nobody uses (apiserver: secure_serving.go).
    server.keepAliveTimeout = 90_000;
    return listenOn(server, port);
  }

  async function writeToken(): Promise<void> {
    await writeFile(join(folder, 'new'), `token-${rotations}`);
    await rename(join(folder, 'new'), join(folder, 'token'));
  }

  let server = await start(0);
  const { port } = server;
  await Promise.all([writeFile(join(folder, 'ca.crt'), cert), writeToken()]);
  return {
    env: { KUBERNETES_SERVICE_PORT: String(port), DRAIN_WAIT_SERVICE_ACCOUNT_DIR: folder },
    async restart(awayMs) {
      await server.close();
      await new Promise((resolve) => setTimeout(resolve, awayMs));
      server = await start(port);
    },
    async rotateToken() {
      rotations += 1;
      await writeToken();
      cluster.kubernetes.revokeToken(`token-${rotations - 1}`, 0);
    },
    async [Symbol.asyncDispose]() {
      await server.close();
      await rm(folder, { recursive: true });
    },
  };
}
