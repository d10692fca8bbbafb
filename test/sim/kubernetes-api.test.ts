import { CoreV1Api, CustomObjectsApi, DiscoveryV1Api } from '@kubernetes/client-node';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { endpointSlice, pod, service, targetGroupBinding } from '../../sim/kubernetes/builders.ts';
import type { Store } from '../../sim/kubernetes/store.ts';
import { type BareApi, startBareApi } from '../support/kubernetes-api.ts';

const PODS = '/api/v1/namespaces/default/pods';
const SLICES = '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices';
const BINDINGS = '/apis/elbv2.k8s.aws/v1beta1/namespaces/default/targetgroupbindings';

let bare: BareApi;
let store: Store;

beforeEach(async () => {
  bare = await startBareApi();
  store = bare.store;
});

afterEach(() => bare.close());

const ask: BareApi['ask'] = (path, init) => bare.ask(path, init);
const names: BareApi['names'] = (path) => bare.names(path);

test('the official client reads the pod, its slices and both kinds of bindings', async () => {
  store.put(pod({ name: 'web-1', labels: { app: 'web' } }));
  store.put(service({ name: 'web' }));
  store.put(targetGroupBinding({ name: 'web' }));
  store.put(targetGroupBinding({ name: 'web', apiVersion: 'eks.amazonaws.com/v1' }));
  const config = bare.config();
  const namespace = 'default';

  const own = await config.makeApiClient(CoreV1Api).readNamespacedPod({ name: 'web-1', namespace });
  expect(own.status?.podIP).toBe('10.1.0.7');
  const labelSelector = 'kubernetes.io/service-name in (web,other)';
  const slices = await config.makeApiClient(DiscoveryV1Api).listNamespacedEndpointSlice({ namespace, labelSelector });
  expect(slices.items[0]?.endpoints?.[0]).toMatchObject({ addresses: ['10.1.0.7'], targetRef: { name: 'web-1' } });
  for (const [group, version] of [['elbv2.k8s.aws', 'v1beta1'] as const, ['eks.amazonaws.com', 'v1'] as const]) {
    const plural = 'targetgroupbindings';
    const bindings = config.makeApiClient(CustomObjectsApi);
    const list = await bindings.listNamespacedCustomObject({ group, version, namespace, plural });
    expect(list.items).toMatchObject([{ apiVersion: `${group}/${version}`, metadata: { name: 'web' } }]);
  }
});

describe('endpoint slices', () => {
  test('give each pod the port that the name of the target port has there, one slice for each set of ports', async () => {
    const onPort = (containerPort: number) => ({
      containers: [{ name: 'app', ports: [{ name: 'http', containerPort }] }],
    });
    store.put(service({ name: 'web' }));
    store.put(pod({ name: 'old', labels: { app: 'web' }, ips: ['10.1.0.1'], spec: onPort(8080) }));
    store.put(pod({ name: 'new', labels: { app: 'web' }, ips: ['10.1.0.2', 'fd00::2'], spec: onPort(9090) }));
    const seen = store.list('EndpointSlice').map(({ addressType, endpoints, ports }) => ({
      addressType,
      addresses: endpoints.flatMap(({ addresses }) => addresses),
      ports,
    }));
    const port = (number: number) => [{ name: 'http', port: number, protocol: 'TCP' }];
    expect(seen).toEqual([
      { addressType: 'IPv4', addresses: ['10.1.0.1'], ports: port(8080) },
      { addressType: 'IPv4', addresses: ['10.1.0.2'], ports: port(9090) },
      { addressType: 'IPv6', addresses: ['fd00::2'], ports: port(9090) },
    ]);
  });

  test.each([
    [false, { ready: false, serving: true, terminating: true }],
    [true, { ready: true, serving: true, terminating: true }],
  ])('show a terminating pod, with publishNotReadyAddresses %s', (publishNotReadyAddresses, conditions) => {
    store.put(service({ name: 'web', spec: { publishNotReadyAddresses } }));
    store.put(pod({ name: 'web-1', labels: { app: 'web' } }));
    store.deletePod('default', 'web-1');
    expect(store.list('EndpointSlice')[0]?.endpoints[0]?.conditions).toEqual(conditions);
  });

  test('leave out pods that have ended or have no address, and are null where nothing is left', async () => {
    store.put(service({ name: 'web' }));
    store.put(pod({ name: 'failed', labels: { app: 'web' }, status: { phase: 'Failed' } }));
    store.put(pod({ name: 'new', labels: { app: 'web' }, ips: [] }));
    const list = await (await ask(SLICES)).json();
    expect(list).toMatchObject({ kind: 'EndpointSliceList', items: [{ endpoints: null, ports: null }] });
  });

  test('put by hand take the place of the derived ones', async () => {
    store.put(service({ name: 'web' }));
    store.put(endpointSlice({ name: 'planted', service: 'web' }));
    expect(await names(SLICES)).toEqual(['planted']);
  });
});

describe('a delete', () => {
  const remove = (path: string, body: unknown) => ask(path, { method: 'DELETE', body: JSON.stringify(body) });
  const metadata = () => store.get('Pod', 'default', 'web-1')?.metadata;

  beforeEach(() => store.put(pod({ name: 'web-1' })));

  test('takes the grace period from the body, the query, or the spec, and a second one only shortens it', async () => {
    await remove(`${PODS}/web-1?gracePeriodSeconds=40`, {});
    const first = metadata();
    expect(first?.deletionGracePeriodSeconds).toBe(40);
    await remove(`${PODS}/web-1`, { gracePeriodSeconds: 50 });
    await remove(`${PODS}/web-1`, {});
    expect(metadata()).toEqual(first);
    await remove(`${PODS}/web-1`, { gracePeriodSeconds: 20 });
    expect(metadata()?.deletionGracePeriodSeconds).toBe(20);
    expect(Date.parse(first?.deletionTimestamp ?? '') - Date.parse(metadata()?.deletionTimestamp ?? '')).toBe(20_000);
    await bare.clock.advance(10_000);
    await remove(`${PODS}/web-1`, { gracePeriodSeconds: 5 });
    expect(metadata()?.deletionGracePeriodSeconds).toBe(1);
    await remove(`${PODS}/web-1`, { gracePeriodSeconds: 0 });
    expect(metadata()).toBeUndefined();
  });

  test('by eviction takes the grace period of its deleteOptions, else that of the spec', async () => {
    store.put(pod({ name: 'web-2' }));
    const evict = (name: string, body: unknown) =>
      ask(`${PODS}/${name}/eviction`, { method: 'POST', body: JSON.stringify(body) });
    const evicted = await evict('web-1', { deleteOptions: { gracePeriodSeconds: 7 } });
    expect([evicted.status, await evicted.json()]).toEqual([201, expect.objectContaining({ status: 'Success' })]);
    expect(metadata()?.deletionGracePeriodSeconds).toBe(7);
    await evict('web-2', {});
    expect(store.get('Pod', 'default', 'web-2')?.metadata.deletionGracePeriodSeconds).toBe(30);
  });
});

describe('a list', () => {
  test('comes in pages, also where objects go between two of them', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) store.put(pod({ name }));
    const first = (await (await ask(`${PODS}?limit=2`)).json()) as { metadata: { continue: string } };
    expect(first.metadata).toMatchObject({ remainingItemCount: 3 });
    store.remove('Pod', 'default', 'a');
    expect(await names(`${PODS}?limit=2&continue=${first.metadata.continue}`)).toEqual(['c', 'd']);
    expect((await ask(`${PODS}?continue=made-up`)).status).toBe(400);
  });

  test.each([
    ['tier=web', ['b', 'c']],
    ['tier!=web', ['a']],
    ['tier in (web, batch),zone', ['c']],
    ['tier notin (web)', ['a']],
    ['!zone', ['a', 'b']],
  ])('with the selector %s gives what fits', async (labelSelector, expected) => {
    store.put(pod({ name: 'a' }));
    store.put(pod({ name: 'b', labels: { tier: 'web' } }));
    store.put(pod({ name: 'c', labels: { tier: 'web', zone: '1' } }));
    expect(await names(`${PODS}?${new URLSearchParams({ labelSelector })}`)).toEqual(expected);
  });
});

describe('a field selector', () => {
  const found = (path: string, fieldSelector: string) => names(`${path}?${new URLSearchParams({ fieldSelector })}`);

  test.each([
    ['metadata.name=a', ['a']],
    ['metadata.name!=a,metadata.namespace=default', ['b', 'c']],
    ['spec.nodeName=node-2', ['b']],
    ['status.phase==Pending', ['c']],
    ['spec.serviceAccountName=', ['a', 'c']],
    ['', ['a', 'b', 'c']],
  ])('%s gives the pods that fit', async (fieldSelector, expected) => {
    store.put(pod({ name: 'a' }));
    store.put(pod({ name: 'b', spec: { nodeName: 'node-2', serviceAccountName: 'web' } }));
    store.put(pod({ name: 'c', status: { phase: 'Pending' } }));
    expect(await found(PODS, fieldSelector)).toEqual(expected);
  });

  test('pages like any list, without a count of what is left', async () => {
    for (const name of ['a', 'b', 'c', 'd']) store.put(pod({ name }));
    const query = new URLSearchParams({ fieldSelector: 'metadata.name!=b', limit: '2' });
    const { metadata, items } = (await (await ask(`${PODS}?${query}`)).json()) as {
      readonly metadata: { readonly continue: string };
      readonly items: readonly unknown[];
    };
    expect([items.length, metadata]).toEqual([2, expect.not.objectContaining({ remainingItemCount: 1 })]);
    expect(await names(`${PODS}?${query}&continue=${metadata.continue}`)).toEqual(['d']);
  });

  test.each([
    [PODS, 'spec.containers=app', 'field label not supported: spec.containers'],
    [PODS, 'nonsense', "invalid selector: 'nonsense'; can't understand 'nonsense'"],
    [SLICES, 'a=b', '"a" is not a known field selector: only "metadata.name", "metadata.namespace"'],
  ])('that %s does not know is refused: %s', async (path, fieldSelector, message) => {
    const refused = await ask(`${path}?${new URLSearchParams({ fieldSelector })}`);
    expect(await refused.json()).toMatchObject({ code: 400, reason: 'BadRequest', message });
  });
});

describe('a refusal', () => {
  test('of an unknown token is 401, also after a revocation', async () => {
    expect((await ask(PODS, { headers: {} })).status).toBe(401);
    bare.api.revokeToken('of-web', 9_000);
    expect((await ask(`${PODS}/gone`)).status).toBe(404);
    await bare.clock.advance(9_000);
    const refused = await ask(`${PODS}/gone`);
    expect([refused.status, await refused.json()]).toEqual([401, expect.objectContaining({ reason: 'Unauthorized' })]);
  });

  test('by RBAC comes before the question whether the group is installed', async () => {
    bare.api.setGroups([]);
    const missing = await ask(BINDINGS);
    expect([missing.status, await missing.text()]).toEqual([404, '404 page not found\n']);
    bare.api.deny('targetgroupbindings.elbv2.k8s.aws', 'list');
    const denied = await ask(BINDINGS);
    expect(await denied.json()).toMatchObject({
      kind: 'Status',
      status: 'Failure',
      reason: 'Forbidden',
      code: 403,
      message:
        'targetgroupbindings.elbv2.k8s.aws is forbidden: User "system:serviceaccount:default:default" cannot list ' +
        'resource "targetgroupbindings" in API group "elbv2.k8s.aws" in the namespace "default"',
    });
    bare.api.allow('targetgroupbindings.elbv2.k8s.aws');
    expect((await ask(BINDINGS)).status).toBe(404);
  });

  test('planted as a fault leaves the objects alone, and every request is counted', async () => {
    store.put(pod({ name: 'web-1' }));
    bare.faults.add({ fault: { kind: 'status', status: 503 }, match: 'DELETE', times: 1 });
    const failed = await ask(`${PODS}/web-1`, { method: 'DELETE' });
    expect(await failed.json()).toMatchObject({ reason: 'ServiceUnavailable', code: 503 });
    expect(store.get('Pod', 'default', 'web-1')?.metadata.deletionTimestamp).toBeUndefined();
    expect(bare.api.requests).toEqual([{ name: `DELETE ${PODS}/web-1`, atMs: 0 }]);
  });
});

test('pods can be created and updated', async () => {
  expect((await bare.post(PODS, { metadata: { name: 'web-1' } })).status).toBe(201);
  expect((await bare.post(PODS, { metadata: { name: 'web-1' } })).status).toBe(409);
  const annotations = { 'drain-wait/target-groups': 'arn' };
  await ask(`${PODS}/web-1`, { method: 'PUT', body: JSON.stringify({ metadata: { annotations } }) });
  expect(store.get('Pod', 'default', 'web-1')).toMatchObject({
    metadata: { annotations },
    status: { phase: 'Pending' },
  });
});

test('an object of another namespace than that of its path is refused', async () => {
  const refused = await bare.post(PODS, { metadata: { name: 'web-1', namespace: 'shop' } });
  expect([refused.status, await refused.json()]).toEqual([
    400,
    expect.objectContaining({
      message: 'the namespace of the provided object does not match the namespace sent on the request',
    }),
  ]);
});
