import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { DescribeTargetGroupsCommand, ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { CoreV1Api, KubeConfig } from '@kubernetes/client-node';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { routesTable } from '../../sim/control/routes.ts';
import type { Moment } from '../../sim/timeline.ts';

interface Places {
  readonly urls: { readonly kubernetes: string; readonly elbv2: string; readonly control: string };
  readonly environment: Readonly<Record<string, string>>;
}

interface ListedRoute {
  readonly method: string;
  readonly path: string;
  readonly example?: unknown;
}

let folder: string;
let children: ChildProcess[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sim-main-'));
  children = [];
});

afterEach(async () => {
  await Promise.all(children.map((child) => end(child, 'SIGKILL')));
  await rm(folder, { recursive: true });
});

/** A process of its own, whose temporary files go to `folder`. */
function launch(...args: readonly string[]) {
  const child = spawn(process.execPath, ['sim/main.ts', ...args], {
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  return { child, output: readLines(child.stdout), errors: () => errors };
}

async function launchJson(...args: readonly string[]) {
  const { child, output } = launch(...args, '--json');
  const places = JSON.parse(await output.line(() => true)) as Places;
  const control = async (method: string, path: string, body?: unknown) => {
    const json =
      body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    const response = await fetch(`${places.urls.control}${path}`, { method, ...json });
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
  };
  return { child, output, control, ...places };
}

/** All lines of `input`, from the first one on. */
function readLines(input: Readable) {
  const lines: string[] = [];
  const reader = createInterface({ input }).on('line', (line) => lines.push(line));
  /** The first line that fits, as soon as there is one. */
  async function line(fits: (line: string) => boolean): Promise<string> {
    for (let index = 0; ; index += 1) {
      while (lines.length <= index) await once(reader, 'line');
      const read = lines[index] ?? '';
      if (fits(read)) return read;
    }
  }
  return {
    line,
    /** The first moment that fits, as soon as there is one. */
    async moment(what: string, fields: Readonly<Record<string, unknown>> = {}): Promise<Moment> {
      const fits = (moment: Moment) =>
        moment.what === what && Object.entries(fields).every(([name, value]) => moment.fields[name] === value);
      return JSON.parse(await line((text) => fits(JSON.parse(text)))) as Moment;
    },
  };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exited = once(child, 'exit');
  child.kill(signal);
  const [code] = await exited;
  return code;
}

type Control = Awaited<ReturnType<typeof launchJson>>['control'];

async function examples(control: Control): Promise<(method: string, path: string) => Record<string, unknown>> {
  const { routes } = (await control('GET', '/')).body as { readonly routes: readonly ListedRoute[] };
  return (method, path) =>
    routes.find((route) => route.method === method && route.path === path)?.example as Record<string, unknown>;
}

/** The Service `web`, bound to an ALB's target group, by what `GET /` shows as examples. */
async function bindWeb(control: Control): Promise<void> {
  const example = await examples(control);
  await control('POST', '/elbv2/target-groups', example('POST', '/elbv2/target-groups'));
  await control('PUT', '/kubernetes/objects', example('PUT', '/kubernetes/objects'));
  const spec = { targetGroupName: 'web', serviceRef: { name: 'web', port: 'http' } };
  const binding = { apiVersion: 'elbv2.k8s.aws/v1beta1', kind: 'TargetGroupBinding', metadata: { name: 'web' }, spec };
  expect(await control('PUT', '/kubernetes/objects', binding)).toMatchObject({ status: 201 });
}

test('a pod that is run through the control API is registered, held by its hook when deleted, and ended', async () => {
  const { control, output, urls, environment } = await launchJson('cluster', '--speed', '20', '--lag', '2s');
  const followed = await fetch(`${urls.control}/timeline?follow=true`);
  const body = Readable.from(followed.body ?? []);
  const stream = readLines(body);
  const hooks = createServer();
  await once(hooks.listen(0, '127.0.0.1'), 'listening');
  const { port } = hooks.address() as AddressInfo;
  try {
    await bindWeb(control);
    const lifecycle = { preStop: { httpGet: { path: '/prestop', port } } };
    const containers = [{ name: 'app', ports: [{ name: 'http', containerPort: 8080 }], lifecycle }];
    const metadata = { name: 'web-1', labels: { app: 'web' } };
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers, terminationGracePeriodSeconds: 600 } };
    expect(await control('POST', '/pods', { pod, readyAfterMs: 0 })).toMatchObject({ status: 201 });
    await output.moment('target state', { state: 'healthy' });
    const target = { target: { id: '10.1.0.1', port: 8080 }, health: { state: 'healthy' }, routing: true };
    expect((await control('GET', '/elbv2/target-groups')).body).toMatchObject([{ name: 'web', targets: [target] }]);

    const config = new KubeConfig();
    config.loadFromFile(environment['KUBECONFIG'] ?? '');
    const called = once(hooks, 'request') as Promise<[IncomingMessage, ServerResponse]>;
    await config.makeApiClient(CoreV1Api).deleteNamespacedPod({ namespace: 'default', name: 'web-1' });
    const [request, response] = await called;
    expect(request.headers['user-agent']).toMatch(/^kube-lifecycle\//);
    await output.moment('deregisters target', { pod: 'web-1' });
    response.end();
    const printed = await output.moment('pod ended');
    expect(await stream.moment('pod ended')).toEqual(printed);
    expect((await control('GET', '/timeline')).body).toContainEqual(printed);
    expect((await control('GET', '/pods')).body).toEqual([]);
  } finally {
    body.destroy();
    hooks.closeAllConnections();
    hooks.close();
  }
});

test('every route takes what GET / shows as its body', async () => {
  const { control, output } = await launchJson('cluster');
  await bindWeb(control);
  const example = await examples(control);
  // It has to outlive all requests below, though one of them evicts it.
  const pod = { ...example('POST', '/pods'), onSigterm: { app: 'ignore' }, readyAfterMs: 0 };
  expect(await control('POST', '/pods', pod)).toMatchObject({ status: 201 });
  await output.moment('target state', { state: 'healthy' });

  const deployment = { ...example('POST', '/deployments'), onSigterm: { app: 'ignore' } };
  expect(await control('POST', '/deployments', deployment)).toMatchObject({ status: 201 });

  const taken = ['POST /pods', 'POST /deployments', 'POST /elbv2/target-groups'];
  const { routes } = (await control('GET', '/')).body as { readonly routes: readonly ListedRoute[] };
  const left = routes.filter(({ method, path }) => !taken.includes(`${method} ${path}`));
  const segments = {
    group: 'web',
    kind: 'Service',
    namespace: 'default',
    name: 'web-1',
    container: 'app',
    node: 'node-2',
  };
  const statuses: Record<string, number> = {};
  for (const { method, path, example } of left.toSorted((a, b) => isDelete(a) - isDelete(b))) {
    const named = { ...segments, ...(/:kind|^\/deployments/.test(path) ? { name: 'web' } : {}) };
    const filled = path.replace(/:(\w+)/g, (_, name: keyof typeof named) => named[name]);
    statuses[`${method} ${path}`] = (await control(method, filled, example)).status;
  }
  expect(Object.entries(statuses).filter(([, status]) => status >= 300)).toEqual([]);
});

test('a Deployment is rolled out, scaled and moved from a drained node', async () => {
  const { control, output } = await launchJson('cluster', '--speed', '50');
  await bindWeb(control);
  const example = (await examples(control))('POST', '/deployments');
  const list = async () => {
    const [deployment] = (await control('GET', '/deployments')).body;
    const pods = deployment.pods as readonly Record<string, unknown>[];
    const active = pods.filter(({ state }) => state !== 'terminating');
    return { deployment, active, of: (field: string) => active.map((pod) => pod[field]) };
  };
  const begun = await control('POST', '/deployments', { ...example, readyAfterMs: 100 });
  expect(begun).toMatchObject({ status: 201, body: { namespace: 'default', name: 'web', replicas: 3, revision: 1 } });
  await output.moment('deployment complete', { deployment: 'web', revision: 1 });
  await output.moment('target state', { ip: '10.1.0.3', state: 'healthy' });
  expect((await list()).of('node')).toEqual(['node-1', 'node-2', 'node-3']);
  expect((await control('GET', '/pods')).body).toHaveLength(3);

  expect(await control('POST', '/deployments/default/web/rollout')).toMatchObject({ status: 202 });
  await output.moment('rolls out deployment', { revision: 2 });
  await output.moment('deployment complete', { revision: 2 });
  expect((await list()).deployment.revision).toBe(2);
  expect((await list()).of('revision')).toEqual([2, 2, 2]);

  expect(await control('PUT', '/deployments/default/web/replicas', { replicas: 4 })).toMatchObject({ status: 202 });
  await output.moment('scales deployment', { replicas: 4 });
  await output.moment('target state', { ip: '10.1.0.7', state: 'healthy' });
  expect((await list()).of('state')).toEqual(['ready', 'ready', 'ready', 'ready']);

  expect(await control('POST', '/nodes/node-1/drain')).toMatchObject({ status: 202 });
  await output.moment('node drained', { node: 'node-1' });
  expect((await list()).of('node')).toHaveLength(4);
  expect((await list()).of('node')).not.toContain('node-1');
  expect(await control('POST', '/nodes/node-1/uncordon')).toMatchObject({ status: 204 });
});

test('of a Deployment everything that is wrong is told, too', async () => {
  const { control } = await launchJson('cluster');
  const containers = [{ name: 'app' }];
  const rollingUpdate = { maxSurge: '1.5', maxUnavailable: -1 };
  const spec = { replicas: 1.5, strategy: { type: 'Recreate', rollingUpdate }, template: { spec: { containers } } };
  const wrong = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec };
  const share = 'Expected a whole number, at least 0, or a percentage as "25%".';
  expect(await control('POST', '/deployments', { deployment: wrong, replicas: 3 })).toMatchObject({
    status: 400,
    body: {
      problems: [
        'body.deployment.spec.replicas: 1.5. Expected a whole number, at least 0.',
        'body.deployment.spec.strategy.type: "Recreate". Expected RollingUpdate.',
        `body.deployment.spec.strategy.rollingUpdate.maxSurge: "1.5". ${share}`,
        `body.deployment.spec.strategy.rollingUpdate.maxUnavailable: -1. ${share}`,
        'body.replicas: there is no such field. Expected deployment, onSigterm, readyAfterMs.',
      ],
    },
  });
  const deployment = { ...wrong, spec: { template: { spec: { containers } } } };
  expect(await control('POST', '/deployments', { deployment, onSigterm: { web: 'ignore' } })).toMatchObject({
    status: 400,
    body: { problems: ['body.onSigterm.web: the pod has no such container. Expected app.'] },
  });
  expect((await control('GET', '/deployments')).body).toEqual([]);
  expect(await control('POST', '/deployments', { deployment })).toMatchObject({ status: 201, body: { replicas: 1 } });
  expect((await control('POST', '/deployments', { deployment })).status).toBe(409);
  expect((await control('POST', '/deployments/default/none/rollout')).status).toBe(404);
  expect(await control('POST', '/nodes/node-9/drain')).toMatchObject({
    status: 404,
    body: { problems: ['There is no node node-9. Expected node-1 or node-2 or node-3.'] },
  });
});

function isDelete({ method }: ListedRoute): number {
  return method === 'DELETE' ? 1 : 0;
}

test('what is wrong is told with what would be right, and a browser gets nothing', async () => {
  const { control, urls } = await launchJson('cluster');
  const preStop = { exec: { command: ['id'] } };
  const spec = { containers: [{ name: 'app', lifecycle: { preStop } }] };
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web-1' }, spec };
  expect(await control('POST', '/pods', { pod, readyAfterMs: '3s', command: 'id' })).toMatchObject({
    status: 400,
    body: {
      problems: [
        expect.stringMatching(/^body\.pod\.spec\.containers\[0\]\.lifecycle\.preStop: .*Expected httpGet .* or sleep/),
        'body.readyAfterMs: "3s". Expected simulated milliseconds, at least 0.',
        'body.command: there is no such field. Expected pod, onSigterm, readyAfterMs.',
      ],
    },
  });
  const fault = { fault: { kind: 'explode' } };
  expect(await control('POST', '/elbv2/faults', fault)).toMatchObject({
    status: 400,
    body: { problems: [expect.stringContaining('Expected status or hang or')] },
  });
  const unknown = await control('GET', '/nowhere');
  expect(unknown.status).toBe(404);
  expect(unknown.body.problems).toContain('GET /timeline');
  expect(await control('PUT', '/pods/default/web-1/ready', { ready: true })).toMatchObject({ status: 404 });

  const fromPage = await fetch(`${urls.control}/timeline`, { headers: { origin: 'https://example.com' } });
  expect(fromPage.status).toBe(403);
  const asForm = await fetch(`${urls.control}/kubernetes/deny`, { method: 'POST', body: '{"resource":"pods"}' });
  expect(asForm.status).toBe(415);
});

test('the Kubernetes API alone can be controlled without the rest', async () => {
  const { control, urls, environment } = await launchJson('kubernetes');
  expect(Object.keys(urls)).toEqual(['kubernetes', 'control']);
  expect(Object.keys(environment)).toEqual(['KUBECONFIG']);
  expect(await control('POST', '/kubernetes/deny', { resource: 'pods' })).toMatchObject({ status: 204 });
  expect((await fetch(`${urls.kubernetes}/api/v1/pods`)).status).toBe(403);
  expect((await control('GET', '/kubernetes/requests')).body).toMatchObject([{ name: 'GET /api/v1/pods' }]);
  expect((await control('GET', '/pods')).status).toBe(404);
});

test('the AWS API alone answers the official client, and throttles it as the bucket says', async () => {
  const { control, environment } = await launchJson('elbv2', '--bucket=1:0.001');
  await control('POST', '/elbv2/target-groups', { name: 'web' });
  const client = new ElasticLoadBalancingV2Client({
    region: environment['AWS_REGION'] ?? '',
    endpoint: environment['AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2'] ?? '',
    credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
    maxAttempts: 1,
  });
  const describe = () => client.send(new DescribeTargetGroupsCommand({}));
  expect(await describe()).toMatchObject({ TargetGroups: [{ TargetGroupName: 'web' }] });
  await expect(describe()).rejects.toMatchObject({ name: 'Throttling' });
  client.destroy();
  const requests = (await control('GET', '/elbv2/requests')).body;
  expect(requests).toMatchObject([{ throttled: false }, { throttled: true }]);
});

test('SIGTERM ends it at once, whoever still listens or waits, and leaves nothing', async () => {
  const { child, control, urls, environment } = await launchJson('cluster');
  expect(JSON.parse(await readFile(environment['KUBECONFIG'] ?? '', 'utf8'))).toMatchObject({ kind: 'Config' });
  const following = await fetch(`${urls.control}/timeline?follow=true`);
  const followed = following.text().catch(() => 'broken off');
  await control('POST', '/kubernetes/faults', { fault: { kind: 'slow', ms: 3_600_000 } });
  const waiting = fetch(`${urls.kubernetes}/api/v1/pods`).catch(() => 'broken off');
  while ((await control('GET', '/kubernetes/requests')).body.length === 0);

  expect(await end(child, 'SIGTERM')).toBe(0);
  expect(await waiting).toBe('broken off');
  await followed;
  await expect(fetch(urls.control)).rejects.toThrow();
  expect(await readdir(folder)).toEqual([]);
});

test('for people it prints what a shell needs and then one line a moment', async () => {
  const { output } = launch('cluster');
  const [control = ''] = (await output.line((line) => line.includes('control API'))).match(/http.*/) ?? [];
  expect(await output.line((line) => line.startsWith('export KUBECONFIG='))).toContain(folder);
  await output.line((line) => line.startsWith('export AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2=http://127.0.0.1:'));
  await fetch(`${control}/kubelet/restart`, { method: 'POST' });
  await output.line((line) => /^ +\d+\.\d s {2}kubelet +kubelet stopped$/.test(line));
});

test('wrong arguments are all told at once, with exit code 2', async () => {
  const { child, errors } = launch('elbv2', '--port', '99999', '--lag=3', '--speed', '0', '--colour');
  expect(await once(child, 'close')).toEqual([2, null]);
  expect(errors().split('\n').slice(1, -1)).toEqual([
    expect.stringContaining('--colour: there is no such flag. Expected --port, '),
    "  - --port '99999': not a port. Expected a port from 0 to 65535; 0 takes a free one.",
    "  - --speed '0': '0' is not a number greater than 0. Expected a number greater than 0 and at most 1000.",
    "  - --lag means nothing for 'elbv2'. Expected it only with cluster.",
    expect.stringContaining('a duration needs a unit'),
  ]);
});

test('a port that is taken ends it with exit code 1', async () => {
  const { urls } = await launchJson('kubernetes');
  const { child, errors } = launch('cluster', '--control-port', new URL(urls.control).port);
  expect(await once(child, 'close')).toEqual([1, null]);
  expect(errors()).toMatch(/^Cannot listen on port \d+: it is taken/);
});

test('the documentation has the table of all routes', async () => {
  expect(await readFile('docs/embedded-cluster.md', 'utf8')).toContain(routesTable());
});
