import { expect, onTestFinished, test } from 'vitest';
import { type AwsSide, startAwsSide } from '../../real/aws-side.ts';
import { eventually } from '../support/eventually.ts';
import { startWatchedApi, type WatchedApi } from '../support/watched-api.ts';

const PODS = '/api/v1/pods';
const SERVICES = '/api/v1/services';
const SLICES = '/apis/discovery.k8s.io/v1/endpointslices';
const BINDINGS = '/apis/elbv2.k8s.aws/v1beta1/targetgroupbindings';
const AUTO_MODE_BINDINGS = '/apis/eks.amazonaws.com/v1/targetgroupbindings';

async function start(api: WatchedApi): Promise<AwsSide> {
  const side = await startAwsSide({ kubeconfig: api.kubeconfig, host: '127.0.0.1', lagMs: 0 });
  onTestFinished(side.close);
  return side;
}

function slice(endpoints: readonly unknown[] | null, more: Readonly<Record<string, unknown>> = {}) {
  return {
    metadata: { name: 'web-abc', labels: { 'kubernetes.io/service-name': 'web' } },
    addressType: 'IPv4',
    endpoints,
    ports: [{ name: 'http', port: 8080 }],
    ...more,
  };
}

function endpoint(ip: string, conditions?: Readonly<Record<string, boolean>>) {
  return { addresses: [ip], conditions, targetRef: { kind: 'Pod', name: 'web-1', namespace: 'shop' } };
}

/** The Service `web`, bound to a new target group, whose targets it returns. */
function bindWeb(api: WatchedApi, { elbv2 }: AwsSide, list = BINDINGS, more: Readonly<Record<string, unknown>> = {}) {
  const { arn } = elbv2.createTargetGroup({ name: list.split('/')[2] ?? '', loadBalancer: 'alb' });
  api.put(SERVICES, { metadata: { name: 'web' }, spec: { ports: [{ name: 'http', port: 80 }] } });
  const serviceRef = { name: 'web', port: 80 };
  api.put(list, { metadata: { name: 'web' }, spec: { targetGroupARN: arn, targetType: 'ip', serviceRef, ...more } });
  return () =>
    elbv2.describeTargetHealth(arn).map(({ target, health }) => `${target.id}:${target.port} ${health.state}`);
}

/** Until everything that was told before has arrived: what is told last is looked for. */
async function arrived(api: WatchedApi, { store }: AwsSide): Promise<void> {
  for (const list of [PODS, SERVICES, SLICES, BINDINGS])
    api.put(list, { metadata: { name: 'last' }, spec: { serviceRef: {} } });
  await eventually(() => {
    for (const kind of ['Pod', 'Service', 'EndpointSlice', 'TargetGroupBinding'] as const)
      expect(store.get(kind, 'shop', 'last')).toBeDefined();
  });
}

test('targets follow the slices of the real cluster, and nothing that could be derived from its pods', async () => {
  const api = await startWatchedApi();
  const side = await start(api);
  const targets = bindWeb(api, side);
  const ready = { type: 'Ready', status: 'True' };
  api.put(PODS, {
    metadata: { name: 'web-1', labels: { app: 'web' } },
    status: { podIP: '10.244.0.7', conditions: [ready] },
  });
  api.put(SERVICES, {
    metadata: { name: 'web' },
    spec: { selector: { app: 'web' }, ports: [{ name: 'http', port: 80 }] },
  });
  await arrived(api, side);
  expect(targets()).toEqual([]);
  api.put(SLICES, slice([endpoint('10.244.0.7', { ready: true })]));
  await eventually(() => expect(targets()).toEqual(['10.244.0.7:8080 healthy']));
  api.put(SLICES, slice([endpoint('10.244.0.7', { ready: false, serving: true, terminating: true })]));
  await eventually(() => expect(targets()).toEqual(['10.244.0.7:8080 draining']));
});

test('what an API server leaves out means what it should', async () => {
  const api = await startWatchedApi();
  api.put(PODS, { metadata: { name: 'web-1' } });
  api.put(SLICES, slice(null, { ports: null }));
  const { store } = await start(api);
  expect(store.get('Pod', 'shop', 'web-1')?.status.conditions).toEqual([]);
  expect(store.get('EndpointSlice', 'shop', 'web-abc')).toMatchObject({ endpoints: [], ports: [] });
  api.put(SLICES, slice([endpoint('10.244.0.7')], { ports: [{ port: 80 }] }));
  await eventually(() =>
    expect(store.get('EndpointSlice', 'shop', 'web-abc')).toMatchObject({
      endpoints: [{ conditions: { ready: true, serving: true, terminating: false } }],
      ports: [{ name: '', port: 80 }],
    }),
  );
});

test('a Service of two families registers the addresses of the family of the target group', async () => {
  const api = await startWatchedApi();
  const side = await start(api);
  const targets = bindWeb(api, side, BINDINGS, { ipAddressType: 'ipv6' });
  const labels = { 'kubernetes.io/service-name': 'web' };
  api.put(SLICES, slice([endpoint('10.244.0.7')]));
  api.put(SLICES, slice([endpoint('fd00:244::7')], { metadata: { name: 'web-v6', labels }, addressType: 'IPv6' }));
  await eventually(() => expect(targets()).toEqual(['fd00:244::7:8080 healthy']));
});

test('nothing is lost that happens while the connections are broken', async () => {
  const api = await startWatchedApi();
  const side = await start(api);
  const targets = bindWeb(api, side);
  api.put(SLICES, slice([endpoint('10.244.0.7'), endpoint('10.244.0.8')]));
  await eventually(() => expect(targets()).toHaveLength(2));
  api.breakOff();
  api.put(SLICES, slice([endpoint('10.244.0.9')]));
  await eventually(() =>
    expect(targets()).toEqual(['10.244.0.7:8080 draining', '10.244.0.8:8080 draining', '10.244.0.9:8080 healthy']),
  );
  api.breakOff();
  api.remove(SLICES, 'web-abc');
  await eventually(() => expect(side.store.list('EndpointSlice')).toEqual([]));
});

test('a watch whose version is too old begins anew with a list', async () => {
  const api = await startWatchedApi();
  const { store } = await start(api);
  api.put(SERVICES, { metadata: { name: 'web' } });
  await eventually(() => expect(store.get('Service', 'shop', 'web')).toBeDefined());
  api.expire(SERVICES);
  api.remove(SERVICES, 'web');
  await eventually(() => expect(store.get('Service', 'shop', 'web')).toBeUndefined());
});

test('a CRD may come later, and go again', async () => {
  const api = await startWatchedApi();
  for (const list of [BINDINGS, AUTO_MODE_BINDINGS]) api.refuse(list, 404);
  const side = await start(api);
  const targets = bindWeb(api, side);
  api.put(SLICES, slice([endpoint('10.244.0.7')]));
  api.refuse(BINDINGS, undefined);
  await eventually(() => expect(targets()).toEqual(['10.244.0.7:8080 healthy']));
  api.refuse(BINDINGS, 404);
  await eventually(() => expect(targets()).toEqual(['10.244.0.7:8080 draining']));
});

test('bindings of one name in both API groups are two', async () => {
  const api = await startWatchedApi();
  const side = await start(api);
  const [targets, others] = [BINDINGS, AUTO_MODE_BINDINGS].map((list) => bindWeb(api, side, list));
  api.put(SLICES, slice([endpoint('10.244.0.7')]));
  await eventually(() => expect([targets?.(), others?.()].flat()).toHaveLength(2));
  api.remove(AUTO_MODE_BINDINGS, 'web');
  await eventually(() => expect(others?.()).toEqual(['10.244.0.7:8080 draining']));
  expect(targets?.()).toEqual(['10.244.0.7:8080 healthy']);
});

test("the cluster's own namespaces are left alone", async () => {
  const api = await startWatchedApi();
  const side = await start(api);
  api.put(PODS, { metadata: { name: 'dns', namespace: 'kube-system' } });
  await arrived(api, side);
  expect(side.store.list('Pod').map(({ metadata }) => metadata.name)).toEqual(['last']);
});

test('a cluster that cannot be read is told at the start', async () => {
  const api = await startWatchedApi();
  api.refuse(SLICES, 403);
  await expect(start(api)).rejects.toThrow(
    `GET ${SLICES} at the Kubernetes API server failed: HTTP 403: refused by the test`,
  );
});
