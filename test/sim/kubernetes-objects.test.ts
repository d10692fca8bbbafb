import { AppsV1Api, CoreV1Api } from '@kubernetes/client-node';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { namespace, pod, serviceAccount } from '../../sim/kubernetes/builders.ts';
import {
  daemonSet,
  deployment,
  node,
  ownedBy,
  replicaSet,
  statefulSet,
} from '../../sim/kubernetes/workload-builders.ts';
import { type BareApi, startBareApi } from '../support/kubernetes-api.ts';

let bare: BareApi;
beforeEach(async () => {
  bare = await startBareApi();
});
afterEach(() => bare.close());

const core = () => bare.config().makeApiClient(CoreV1Api);
const here = { namespace: 'shop' };

test('the official client follows a pod to its Deployment', async () => {
  const web = deployment({ name: 'web', ...here });
  const set = replicaSet({ name: 'web-1a2b', ...here, ownerReferences: ownedBy(web) });
  for (const object of [web, set, pod({ name: 'web-1a2b-x', ...here, ownerReferences: ownedBy(set) })]) {
    bare.store.put(object);
  }
  const apps = bare.config().makeApiClient(AppsV1Api);
  const { metadata: ofPod } = await core().readNamespacedPod({ name: 'web-1a2b-x', ...here });
  const name = ofPod?.ownerReferences?.[0]?.name ?? '';
  const { metadata: ofSet } = await apps.readNamespacedReplicaSet({ name, ...here });
  expect(ofSet?.ownerReferences).toMatchObject([{ kind: 'Deployment', name: 'web', uid: web.metadata.uid }]);
  const { items } = await apps.listNamespacedDeployment(here);
  expect(items).toMatchObject([
    {
      spec: {
        replicas: 3,
        selector: { matchLabels: { app: 'web' } },
        template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'app' }] } },
      },
      status: { readyReplicas: 3 },
    },
  ]);
});

test('the official client reads StatefulSets and DaemonSets, of one namespace or of all', async () => {
  const apps = bare.config().makeApiClient(AppsV1Api);
  bare.store.put(statefulSet({ name: 'db', ...here, spec: { replicas: 1 } }));
  bare.store.put(daemonSet({ name: 'agent', namespace: 'kube-system' }));
  expect(await apps.readNamespacedStatefulSet({ name: 'db', ...here })).toMatchObject({ spec: { serviceName: 'db' } });
  expect((await apps.listNamespacedDaemonSet(here)).items).toEqual([]);
  expect((await apps.listDaemonSetForAllNamespaces()).items).toMatchObject([{ status: { numberReady: 3 } }]);
});

test('anybody can create a Deployment', async () => {
  const body = { metadata: { name: 'web' }, spec: { replicas: 2 } };
  expect((await bare.post('/apis/apps/v1/namespaces/shop/deployments', body)).status).toBe(201);
  expect(await bare.names('/apis/apps/v1/deployments')).toEqual(['web']);
});

describe('a Namespace', () => {
  const INJECT = { 'elbv2.k8s.aws/pod-readiness-gate-inject': 'enabled' };

  test('is there as soon as something is in it, and is in none itself', async () => {
    bare.store.put(pod({ name: 'web-1', ...here }));
    const shop = await core().readNamespace({ name: 'shop' });
    expect(shop).toMatchObject({ metadata: { labels: { 'kubernetes.io/metadata.name': 'shop' } } });
    expect(shop.metadata?.namespace).toBeUndefined();
    expect(await core().readNamespace({ name: 'shop' })).toEqual(shop);
    const { items } = await core().listNamespace();
    const all = ['default', 'kube-node-lease', 'kube-public', 'kube-system', 'shop'];
    expect(items.map(({ metadata }) => metadata?.name)).toEqual(all);
  });

  test('is as it was put, or created', async () => {
    bare.store.put(namespace({ name: 'shop', labels: INJECT }));
    expect((await core().readNamespace({ name: 'shop' })).metadata?.labels).toMatchObject(INJECT);
    await core().createNamespace({ body: { metadata: { name: 'new', labels: INJECT } } });
    const labelSelector = 'elbv2.k8s.aws/pod-readiness-gate-inject=enabled';
    const { items } = await core().listNamespace({ labelSelector });
    expect(items.map(({ metadata }) => metadata?.name)).toEqual(['new', 'shop']);
  });

  test('that is not there, or forbidden, is named as a namespace', async () => {
    const path = '/api/v1/namespaces/elsewhere';
    expect(await (await bare.ask(path)).json()).toMatchObject({
      code: 404,
      message: 'namespaces "elsewhere" not found',
    });
    bare.api.deny('namespaces', 'get');
    expect(await (await bare.ask(path)).json()).toMatchObject({
      code: 403,
      message: expect.stringMatching(/^namespaces "elsewhere" is forbidden: .* in the namespace "elsewhere"$/),
    });
  });
});

test('every namespace has a default service account, unless it was put', async () => {
  const account = { name: 'default', ...here };
  bare.store.put(pod({ name: 'web-1', ...here }));
  const derived = await core().readNamespacedServiceAccount(account);
  expect(derived.metadata).toMatchObject(account);
  const annotations = { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::123456789012:role/web-role' };
  bare.store.put(serviceAccount({ ...account, annotations }));
  bare.store.put(serviceAccount({ name: 'web', ...here }));
  expect((await core().readNamespacedServiceAccount(account)).metadata?.annotations).toEqual(annotations);
  const { items } = await core().listNamespacedServiceAccount(here);
  expect(items.map(({ metadata }) => metadata?.name)).toEqual(['default', 'web']);
});

test('a Node has the condition that it was given', async () => {
  bare.store.put(node({ name: 'node-1', ready: 'Unknown' }));
  const { status, metadata } = await core().readNode({ name: 'node-1' });
  expect(status?.conditions).toMatchObject([{ type: 'Ready', status: 'Unknown' }]);
  expect(metadata?.namespace).toBeUndefined();
});
