import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { kubeconfig } from '../../sim/kubeconfig.ts';
import { pod } from '../../sim/kubernetes/builders.ts';
import { listenTls, makeCertificate, type TlsListening, writeServiceAccount } from '../../sim/kubernetes/tls.ts';
import { createApiClient } from '../../src/kubernetes/api-client.ts';
import { createCluster } from '../../src/kubernetes/cluster.ts';
import { connect } from '../../src/kubernetes/connect.ts';
import { NEVER, startKubernetes, type TestKubernetes, TOKEN, WEB_1 } from '../support/kubernetes.ts';

let root: string;
let kubernetes: TestKubernetes;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'drain-wait-'));
  kubernetes = await startKubernetes();
  kubernetes.store.put(pod({ name: 'web-1' }));
  for (const name of ['KUBECONFIG', 'KUBERNETES_SERVICE_HOST', 'KUBERNETES_SERVICE_PORT']) vi.stubEnv(name, undefined);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await kubernetes.close();
  rmSync(root, { recursive: true });
});

function connected() {
  return createCluster(createApiClient({ clock: kubernetes.clock, connect: () => connect(process.env, root) }));
}

function serviceAccountFile(name: string): string {
  return join(root, name);
}

describe('in a pod', () => {
  let server: TlsListening;

  beforeEach(async () => {
    server = await listenTls(kubernetes.api.handle);
    vi.stubEnv('KUBERNETES_SERVICE_HOST', '127.0.0.1');
    vi.stubEnv('KUBERNETES_SERVICE_PORT', String(server.port));
    await writeServiceAccount(root, server, TOKEN);
  });

  afterEach(() => server.close());

  test('the service account is used, over TLS', async () => {
    await expect(connected().readPod(WEB_1, NEVER)).resolves.toMatchObject({ ips: ['10.1.0.7'] });
  });

  test('a server that the CA of the service account has not signed gets no token', async () => {
    writeFileSync(serviceAccountFile('ca.crt'), (await makeCertificate()).cert);
    await expect(connected().readPod(WEB_1, NEVER)).rejects.toMatchObject({
      kind: 'unreachable',
      message: expect.stringMatching(/certificate/),
    });
    expect(kubernetes.api.requests).toEqual([]);
  });

  test('a rotated token is found by the next read', async () => {
    const cluster = connected();
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
    const cluster = connected();
    await expect(cluster.readPod(WEB_1, NEVER)).rejects.toMatchObject({
      kind: 'unreachable',
      message: expect.stringContaining(serviceAccountFile(name)),
    });
    writeFileSync(serviceAccountFile(name), content);
    await expect(cluster.readPod(WEB_1, NEVER)).resolves.toMatchObject({ ips: ['10.1.0.7'] });
  });

  test('a missing token comes with advice', async () => {
    rmSync(serviceAccountFile('token'));
    await expect(connect(process.env, root)).rejects.toThrow(/projected serviceAccountToken volume/);
  });

  test('a token that was written with an end of line is good', async () => {
    writeFileSync(serviceAccountFile('token'), `${TOKEN}\n`);
    await expect(connected().readPod(WEB_1, NEVER)).resolves.toMatchObject({ ips: ['10.1.0.7'] });
  });

  test('a server that has an IPv6 address is called there', async () => {
    vi.stubEnv('KUBERNETES_SERVICE_HOST', '::1');
    await expect(connected().readPod(WEB_1, NEVER)).rejects.toThrow(`::1:${server.port}`);
  });

  test('reads that come together share one connection', async () => {
    const cluster = connected();
    await Promise.all([cluster.readPod(WEB_1, NEVER), cluster.listBindings('elbv2.k8s.aws', 'default', NEVER)]);
    rmSync(serviceAccountFile('token'));
    await expect(cluster.readPod(WEB_1, NEVER)).resolves.toMatchObject({ ips: ['10.1.0.7'] });
  });

  test('KUBECONFIG is used where it is set, and an empty one is not', async () => {
    rmSync(serviceAccountFile('token'));
    vi.stubEnv('KUBECONFIG', writeKubeconfig());
    await expect(connected().readPod(WEB_1, NEVER)).resolves.toMatchObject({ ips: ['10.1.0.7'] });
    vi.stubEnv('KUBECONFIG', '');
    await expect(connect(process.env, root)).rejects.toThrow(/no service account token/);
  });
});

describe('outside a pod', () => {
  test('KUBECONFIG is used where it is set', async () => {
    vi.stubEnv('KUBECONFIG', writeKubeconfig());
    await expect(connected().readPod(WEB_1, NEVER)).resolves.toMatchObject({ ips: ['10.1.0.7'] });
  });

  test("the user's own file is used where it is not", async () => {
    mkdirSync(join(root, '.kube'));
    writeKubeconfig('.kube/config');
    vi.stubEnv('HOME', root);
    await expect(connected().readPod(WEB_1, NEVER)).resolves.toMatchObject({ ips: ['10.1.0.7'] });
  });

  test('a KUBECONFIG that leads nowhere is named', async () => {
    vi.stubEnv('KUBECONFIG', join(root, 'nowhere'));
    await expect(connected().readPod(WEB_1, NEVER)).rejects.toThrow(join(root, 'nowhere'));
  });
});

/** A kubeconfig for the embedded API; returns its path. */
function writeKubeconfig(name = 'kubeconfig'): string {
  const path = join(root, name);
  writeFileSync(path, kubeconfig(kubernetes.api.url, TOKEN));
  return path;
}
