import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { pod } from '../../sim/kubernetes/builders.ts';
import { createCluster } from '../../src/kubernetes/cluster.ts';
import { loadKubeConfig } from '../../src/kubernetes/connect.ts';
import { NEVER, startKubernetes, type TestKubernetes, TOKEN, WEB_1 } from '../support/kubernetes.ts';

const SERVICE_ACCOUNT = 'var/run/secrets/kubernetes.io/serviceaccount';

let root: string;
let kubernetes: TestKubernetes;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'drain-wait-'));
  mkdirSync(join(root, SERVICE_ACCOUNT), { recursive: true });
  kubernetes = await startKubernetes();
  kubernetes.store.put(pod({ name: 'web-1' }));
  for (const name of ['KUBECONFIG', 'KUBERNETES_SERVICE_HOST', 'KUBERNETES_SERVICE_PORT']) vi.stubEnv(name, undefined);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await kubernetes.api.close();
  rmSync(root, { recursive: true });
});

function connect() {
  return createCluster({ clock: kubernetes.clock, loadConfig: () => loadKubeConfig(process.env, root) });
}

function serviceAccountFile(name: string): string {
  return join(root, SERVICE_ACCOUNT, name);
}

describe('in a pod', () => {
  let server: Server;

  beforeEach(async () => {
    server = await startTls(makeCertificate('server'));
    vi.stubEnv('KUBERNETES_SERVICE_HOST', '127.0.0.1');
    vi.stubEnv('KUBERNETES_SERVICE_PORT', String((server.address() as AddressInfo).port));
    writeFileSync(serviceAccountFile('ca.crt'), readFileSync(join(root, 'server.crt')));
    writeFileSync(serviceAccountFile('namespace'), 'default');
    writeFileSync(serviceAccountFile('token'), TOKEN);
  });

  afterEach(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );

  /** The embedded API behind TLS. */
  async function startTls(certificate: { readonly cert: Buffer; readonly key: Buffer }): Promise<Server> {
    const made = createServer(certificate, (request, response) => void kubernetes.api.handle(request, response));
    await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
    return made;
  }

  test('the service account is used, over TLS', async () => {
    await expect(connect().readPod(WEB_1, NEVER)).resolves.toMatchObject({ ips: ['10.1.0.7'] });
  });

  test('a server that the CA of the service account has not signed gets no token', async () => {
    writeFileSync(serviceAccountFile('ca.crt'), makeCertificate('other').cert);
    await expect(connect().readPod(WEB_1, NEVER)).rejects.toMatchObject({
      kind: 'unreachable',
      message: expect.stringMatching(/certificate/),
    });
    expect(kubernetes.api.requests).toEqual([]);
  });

  test('a rotated token is found by the next read, although the client looks only once in 60 s', async () => {
    const cluster = connect();
    await cluster.readPod(WEB_1, NEVER);
    kubernetes.tokens.clear();
    kubernetes.tokens.add('rotated');
    writeFileSync(serviceAccountFile('token'), 'rotated');
    await expect(cluster.readPod(WEB_1, NEVER)).resolves.toMatchObject({ ips: ['10.1.0.7'] });
    expect(kubernetes.api.requests).toHaveLength(3);
  });

  test.each(['token', 'ca.crt'])('a missing %s is named with its path, and found once it is there', async (name) => {
    const content = readFileSync(serviceAccountFile(name));
    rmSync(serviceAccountFile(name));
    const cluster = connect();
    await expect(cluster.readPod(WEB_1, NEVER)).rejects.toMatchObject({
      kind: 'unreachable',
      message: expect.stringContaining(serviceAccountFile(name)),
    });
    writeFileSync(serviceAccountFile(name), content);
    await expect(cluster.readPod(WEB_1, NEVER)).resolves.toMatchObject({ ips: ['10.1.0.7'] });
  });

  test('a missing token comes with advice', () => {
    rmSync(serviceAccountFile('token'));
    expect(() => loadKubeConfig(process.env, root)).toThrow(/projected serviceAccountToken volume/);
  });

  test('KUBECONFIG is used where it is set, and an empty one is not', async () => {
    rmSync(serviceAccountFile('token'));
    vi.stubEnv('KUBECONFIG', writeKubeconfig());
    await expect(connect().readPod(WEB_1, NEVER)).resolves.toMatchObject({ ips: ['10.1.0.7'] });
    vi.stubEnv('KUBECONFIG', '');
    expect(() => loadKubeConfig(process.env, root)).toThrow(/no service account token/);
  });
});

describe('outside a pod', () => {
  test('KUBECONFIG is used where it is set', async () => {
    vi.stubEnv('KUBECONFIG', writeKubeconfig());
    await expect(connect().readPod(WEB_1, NEVER)).resolves.toMatchObject({ ips: ['10.1.0.7'] });
  });

  test("the user's own file is used where it is not", async () => {
    mkdirSync(join(root, '.kube'));
    writeKubeconfig('.kube/config');
    vi.stubEnv('HOME', root);
    await expect(connect().readPod(WEB_1, NEVER)).resolves.toMatchObject({ ips: ['10.1.0.7'] });
  });

  test('a KUBECONFIG that leads nowhere is named', async () => {
    vi.stubEnv('KUBECONFIG', join(root, 'nowhere'));
    await expect(connect().readPod(WEB_1, NEVER)).rejects.toThrow(join(root, 'nowhere'));
  });
});

/** A kubeconfig for the embedded API; returns its path. JSON is YAML. */
function writeKubeconfig(name = 'kubeconfig'): string {
  const path = join(root, name);
  const cluster = { server: kubernetes.api.url, 'insecure-skip-tls-verify': true };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    contexts: [{ name: 'test', context: { cluster: 'embedded', user: 'web' } }],
    clusters: [{ name: 'embedded', cluster }],
    users: [{ name: 'web', user: { token: TOKEN } }],
  };
  writeFileSync(path, JSON.stringify(config));
  return path;
}

/** A certificate for 127.0.0.1 that is its own CA. */
function makeCertificate(name: string): { readonly cert: Buffer; readonly key: Buffer } {
  const [cert, key] = [join(root, `${name}.crt`), join(root, `${name}.key`)];
  const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1'];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  try {
    execFileSync('openssl', ['req', '-x509', '-days', '1', ...curve, ...subject, '-keyout', key, '-out', cert], {
      stdio: 'pipe',
    });
  } catch (error) {
    throw new Error('these tests make a TLS certificate with the command openssl, which failed or is not installed', {
      cause: error,
    });
  }
  return { cert: readFileSync(cert), key: readFileSync(key) };
}
