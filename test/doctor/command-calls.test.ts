import { describe, expect, test } from 'vitest';
import { PERSON_TOKEN, type Shop, startShop } from './command-world.ts';

function kubernetesCalls({ cluster }: Shop): readonly string[] {
  return cluster.kubernetes.requests.map(({ name }) => name);
}

function awsCalls({ cluster }: Shop): readonly string[] {
  return cluster.aws.requests.map(({ action }) => action);
}

describe('drain-wait doctor', () => {
  test('asks AWS once for each thing, and Kubernetes for nothing twice, however many pods there are', async () => {
    const shop = await startShop();
    for (const [index, pod] of shop.pods.entries()) {
      shop.cluster.store.put({ ...pod, metadata: { ...pod.metadata, name: `alone-${index}`, ownerReferences: [] } });
    }
    const { subjects } = await shop.outside(['-n', 'default', '--json']);
    expect(subjects.map(({ pod }) => pod)).toEqual(['alone-0', 'alone-1', shop.pods[0]?.metadata.name]);
    expect(awsCalls(shop)).toEqual([
      'GetCallerIdentity',
      'DescribeTargetGroups',
      'DescribeTargetHealth',
      'DescribeTargetGroupAttributes',
    ]);
    const calls = kubernetesCalls(shop);
    expect(calls.filter((call) => call.startsWith('GET '))).toEqual([
      ...new Set(calls.filter((call) => call.startsWith('GET '))),
    ]);
    expect(calls.filter((call) => call.startsWith('POST '))).toHaveLength(6);
  });

  test('changes nothing: it reads, and asks what is allowed', async () => {
    const shop = await startShop();
    const before = shop.cluster.store.resourceVersion();
    await shop.outside(['-n', 'default']);
    await shop.inside();
    const writes = kubernetesCalls(shop).filter((call) => !call.startsWith('GET '));
    expect(writes.filter((call) => !/accessreviews$/.test(call))).toEqual([]);
    expect(shop.cluster.store.resourceVersion()).toBe(before);
    expect(awsCalls(shop).filter((action) => !/^(Describe|GetCallerIdentity)/.test(action))).toEqual([]);
  });

  test('inside asks for no more than the Role of the pod gives', async () => {
    const shop = await startShop();
    await shop.inside();
    const allowed = [/\/pods\/web-/, /\/services\/web$/, /\/endpointslices$/, /\/targetgroupbindings$/];
    const others = kubernetesCalls(shop).filter((call) => !allowed.some((path) => path.test(call)));
    expect(new Set(others)).toEqual(
      new Set(['POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews', 'GET /version']),
    );
  });

  test('asks once more where AWS throttles, and then says that it does not know', async () => {
    const shop = await startShop();
    const fault = { kind: 'status', status: 400, code: 'Throttling' } as const;
    shop.cluster.awsFaults.add({ fault, match: 'DescribeTargetHealth' });
    const { bad } = await shop.inside(['--json']);
    expect(awsCalls(shop).filter((action) => action === 'DescribeTargetHealth')).toHaveLength(2);
    expect(bad).toEqual([]);
  });

  test('passes over a throttle that is over soon', async () => {
    const shop = await startShop();
    const fault = { kind: 'status', status: 400, code: 'Throttling' } as const;
    shop.cluster.awsFaults.add({ fault, match: 'DescribeTargetHealth', times: 1 });
    const { stdout } = await shop.inside(['--json']);
    expect(stdout).toContain('healthy');
    expect(stdout).not.toContain('Throttling');
  });

  test('looks at the newest running pod of each template, and names those that are like it', async () => {
    const shop = await startShop();
    const [first, second] = shop.pods;
    if (first === undefined || second === undefined) throw new Error('the shop has no pods');
    const labels = { ...first.metadata.labels, 'pod-template-hash': 'new' };
    const [owner] = first.metadata.ownerReferences ?? [];
    const ownerReferences = owner === undefined ? [] : [{ ...owner, name: 'web-new' }];
    const metadata = { ...first.metadata, name: 'web-new-1', uid: 'new', labels, ownerReferences };
    shop.cluster.store.put({ ...first, metadata, status: { ...first.status, phase: 'Pending' as const } });
    const { subjects } = await shop.outside(['deployment/web', '--json']);
    expect(subjects).toMatchObject([
      { pod: first.metadata.name, alike: [first.metadata.name, second.metadata.name] },
      { pod: 'web-new-1', alike: ['web-new-1'] },
    ]);
  });

  test('in a namespace takes those with the sidecar and those behind a binding, and leaves out the others', async () => {
    const shop = await startShop({ sidecar: 'none' });
    const [pod] = shop.pods;
    if (pod === undefined) throw new Error('the shop has no pods');
    const metadata = { ...pod.metadata, name: 'batch', labels: { app: 'batch' }, ownerReferences: [] };
    shop.cluster.store.put({ ...pod, metadata });
    const { subjects } = await shop.outside(['-n', 'default', '--json']);
    expect(subjects.map((subject) => subject.pod)).toEqual([shop.pods[0]?.metadata.name]);
  });

  test('says what a person may not see instead of failing', async () => {
    const shop = await startShop();
    for (const resource of ['nodes', 'deployments.apps', 'localsubjectaccessreviews.authorization.k8s.io']) {
      shop.cluster.kubernetes.deny(resource, undefined, 'somebody');
    }
    const { subjects, bad, stdout } = await shop.outside([`pod/${shop.pods[0]?.metadata.name}`, '--json']);
    expect(subjects).toHaveLength(1);
    expect(bad).toEqual([]);
    expect(stdout).toContain('you may not');
    expect(stdout).not.toContain(PERSON_TOKEN);
  });
});
