import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { endpointSlice, service, targetGroupBinding } from '../../sim/kubernetes/builders.ts';
import type { TargetGroupBinding } from '../../sim/kubernetes/objects.ts';
import type { Binding, BindingApiGroup, EndpointSlice, UnreadBinding } from '../../src/core/ports.ts';
import { NEVER, startKubernetes, type TestKubernetes } from '../support/kubernetes.ts';

let kubernetes: TestKubernetes;

beforeEach(async () => {
  kubernetes = await startKubernetes();
});

afterEach(() => kubernetes.close());

function nameOf(listed: Binding | UnreadBinding): unknown {
  return 'unread' in listed ? listed : listed.name;
}

describe('listBindings()', () => {
  const list = (apiGroup: BindingApiGroup = 'elbv2.k8s.aws') =>
    kubernetes.cluster.listBindings(apiGroup, 'default', NEVER);
  /** What is read of a binding with this spec. */
  async function read(spec: object): Promise<Binding> {
    kubernetes.store.put(targetGroupBinding({ name: 'web', spec }));
    const [listed] = await list();
    if (listed === undefined || 'unread' in listed) throw new Error(JSON.stringify(listed));
    return listed;
  }

  test('gives all that discovery needs to know of a binding', async () => {
    const object = kubernetes.store.put(targetGroupBinding({ name: 'web' }));
    expect(await list()).toEqual([
      {
        name: 'web',
        apiGroup: 'elbv2.k8s.aws',
        targetType: 'ip',
        group: { arn: object.spec.targetGroupARN, name: undefined, loadBalancer: 'alb', role: undefined },
        family: 'ipv4',
        service: { name: 'web', port: 80 },
      },
    ] satisfies readonly Binding[]);
  });

  test('keeps apart the two API groups, and knows one of the same name in each', async () => {
    kubernetes.store.put(targetGroupBinding({ name: 'web' }));
    kubernetes.store.put(targetGroupBinding({ name: 'web', apiVersion: 'eks.amazonaws.com/v1' }));
    kubernetes.store.put(targetGroupBinding({ name: 'auto', apiVersion: 'eks.amazonaws.com/v1' }));
    kubernetes.store.put(targetGroupBinding({ name: 'elsewhere', namespace: 'shop' }));
    const read = async (apiGroup: BindingApiGroup) =>
      (await list(apiGroup)).map((one) => ('unread' in one ? one : [one.apiGroup, one.name]));
    expect(await read('elbv2.k8s.aws')).toEqual([['elbv2.k8s.aws', 'web']]);
    expect(await read('eks.amazonaws.com')).toEqual([
      ['eks.amazonaws.com', 'auto'],
      ['eks.amazonaws.com', 'web'],
    ]);
  });

  test('gives none for an API group that is not installed', async () => {
    kubernetes.store.put(targetGroupBinding({ name: 'web' }));
    kubernetes.api.setGroups(['elbv2.k8s.aws']);
    expect(await list('eks.amazonaws.com')).toEqual([]);
    expect(await list('elbv2.k8s.aws')).toHaveLength(1);
    expect(kubernetes.api.requests).toHaveLength(2);
  });

  test.each([
    ['HTTP', 'alb'],
    ['HTTPS', 'alb'],
    ['TCP', 'nlb'],
    ['TLS', 'nlb'],
    ['UDP', 'nlb'],
    ['TCP_UDP', 'nlb'],
    ['QUIC', 'nlb'],
    ['TCP_QUIC', 'nlb'],
    [undefined, undefined],
  ] as const)('takes the protocol %s for the load balancer %s', async (targetGroupProtocol, loadBalancer) => {
    expect((await read({ targetGroupProtocol })).group.loadBalancer).toBe(loadBalancer);
  });

  test('reads a group given by name, of another account, for IPv6 and a named port', async () => {
    const spec = {
      targetGroupARN: undefined,
      targetGroupName: 'web-v6',
      ipAddressType: 'ipv6',
      serviceRef: { name: 'shop', port: 'https' },
      iamRoleArnToAssume: 'arn:aws:iam::999999999999:role/target-health',
      assumeRoleExternalId: 'shop',
    };
    const role = { arn: 'arn:aws:iam::999999999999:role/target-health', externalId: 'shop' };
    expect(await read(spec)).toMatchObject({
      group: { arn: undefined, name: 'web-v6', role },
      family: 'ipv6',
      service: { name: 'shop', port: 'https' },
    });
  });

  test.each([
    ['a role without an external id', { iamRoleArnToAssume: 'arn:role' }, { arn: 'arn:role', externalId: undefined }],
    ['empty names as no role', { iamRoleArnToAssume: '', assumeRoleExternalId: '' }, undefined],
  ])('reads %s', async (_, spec, role) => {
    expect((await read(spec)).group.role).toEqual(role);
  });

  test.each([
    ['instance', 'instance'],
    ['ip', 'ip'],
    [undefined, 'ip'],
  ])('takes the target type %s for %s', async (targetType, expected) => {
    expect((await read({ targetType })).targetType).toBe(expected);
  });

  test.each([
    ['no spec', undefined, 'there is no spec.targetGroupARN and no spec.targetGroupName'],
    ['a spec of another type', 'spec', 'spec is no object: it is of type string'],
    ['no target group', { serviceRef: { name: 'web', port: 80 } }, 'there is no spec.targetGroupARN and no'],
    ['no Service', { targetGroupName: 'web' }, 'there is no spec.serviceRef.name'],
    ['no port', { targetGroupName: 'web', serviceRef: { name: 'web' } }, 'there is no spec.serviceRef.port'],
    [
      'half a port',
      { targetGroupName: 'web', serviceRef: { name: 'web', port: 8.5 } },
      'spec.serviceRef.port is no whole',
    ],
    ['a list of types', { targetGroupName: 'web', targetType: ['ip'] }, 'spec.targetType is no text: it is a list'],
  ])('tells what is wrong with one that has %s, and keeps the rest', async (_, spec, why) => {
    kubernetes.store.put({ ...targetGroupBinding({ name: 'odd' }), spec } as unknown as TargetGroupBinding);
    kubernetes.store.put(targetGroupBinding({ name: 'web' }));
    expect(await list()).toEqual([
      { unread: expect.stringContaining(`odd: ${why}`) },
      expect.objectContaining({ name: 'web' }),
    ]);
  });
});

describe('listEndpointSlices()', () => {
  const list = (services: readonly string[]) => kubernetes.cluster.listEndpointSlices('default', services, NEVER);
  const conditions = { ready: false, serving: true, terminating: true };

  test('gives all that discovery needs to know of a slice', async () => {
    const targetRef = { kind: 'Pod', namespace: 'default', name: 'web-1', uid: 'uid-1' };
    kubernetes.store.put(
      endpointSlice({
        name: 'web-abc',
        service: 'web',
        addressType: 'IPv6',
        endpoints: [
          { addresses: ['FD00:0:0::7'], conditions, targetRef },
          { addresses: ['fd00::8'], conditions: { ...conditions, terminating: false } },
          { addresses: ['fd00::9'], conditions, targetRef: { ...targetRef, kind: 'Node' } },
        ],
        ports: [{ name: 'http', port: 8080 }, { port: 9090 }],
      }),
    );
    expect(await list(['web'])).toEqual([
      {
        service: 'web',
        family: 'ipv6',
        endpoints: [
          { pod: { name: 'web-1', uid: 'uid-1' }, addresses: ['fd00::7'], terminating: true },
          { pod: undefined, addresses: ['fd00::8'], terminating: false },
          { pod: undefined, addresses: ['fd00::9'], terminating: true },
        ],
        ports: [
          { name: 'http', port: 8080 },
          { name: '', port: 9090 },
        ],
      },
    ] satisfies readonly EndpointSlice[]);
  });

  test('reads a slice without endpoints and ports, which are null there', async () => {
    kubernetes.store.put(endpointSlice({ name: 'web-abc', service: 'web' }));
    expect(await list(['web'])).toEqual([{ service: 'web', family: 'ipv4', endpoints: [], ports: [] }]);
  });

  test('leaves out the slices of other Services and namespaces', async () => {
    for (const name of ['web', 'api', 'other']) kubernetes.store.put(endpointSlice({ name, service: name }));
    kubernetes.store.put(endpointSlice({ name: 'web', service: 'web', namespace: 'shop' }));
    expect((await list(['web', 'api'])).map((slice) => slice.service)).toEqual(['api', 'web']);
  });

  test.each([50, 51, 400])('finds the slices of %i Services', async (count) => {
    // As long as names may be: all 400 are too much for one URL.
    const services = Array.from({ length: count }, (_, index) => `web-${index}`.padEnd(63, 'x'));
    for (const name of services) kubernetes.store.put(endpointSlice({ name, service: name }));
    const found = await list(services);
    expect(new Set(found.map((slice) => slice.service))).toEqual(new Set(services));
  });
});

describe('a list of more than one page', () => {
  const COUNT = 201;
  const names = Array.from({ length: COUNT }, (_, index) => `web-${String(index).padStart(3, '0')}`);

  /** The first page is answered as it should be. */
  function failSecondRequest(status: number, times = Number.POSITIVE_INFINITY): void {
    kubernetes.faults.add({ fault: { kind: 'slow', ms: 0 }, times: 1 });
    kubernetes.faults.add({ fault: { kind: 'status', status }, times });
  }

  test('of bindings is read to its end', async () => {
    for (const name of names) kubernetes.store.put(targetGroupBinding({ name }));
    const found = await kubernetes.cluster.listBindings('elbv2.k8s.aws', 'default', NEVER);
    expect(found.map(nameOf)).toEqual(names);
    expect(kubernetes.api.requests).toHaveLength(3);
  });

  test('of slices is read to its end, also where a page has to be asked for again', async () => {
    for (const name of names) kubernetes.store.put(endpointSlice({ name, service: name }));
    failSecondRequest(500, 1);
    const found = await kubernetes.cluster.listEndpointSlices('default', names, NEVER);
    expect(found.map((slice) => slice.service)).toEqual(names);
    expect(kubernetes.api.requests).toHaveLength(4);
  });

  test('that went on for too long to be continued is an error, and not a short or an empty list', async () => {
    for (const name of names) kubernetes.store.put(targetGroupBinding({ name }));
    failSecondRequest(410);
    const listing = kubernetes.cluster.listBindings('elbv2.k8s.aws', 'default', NEVER);
    await expect(listing).rejects.toMatchObject({ kind: 'bad-response' });
  });
});

describe('readService()', () => {
  const read = () => kubernetes.cluster.readService('default', 'web', NEVER);

  test('gives the ports with their names', async () => {
    const ports = [
      { name: 'http', port: 80, targetPort: 8080 },
      { name: 'admin', port: 8080 },
    ];
    kubernetes.store.put(service({ name: 'web', spec: { ports } }));
    expect(await read()).toEqual({
      ports: [
        { name: 'http', port: 80 },
        { name: 'admin', port: 8080 },
      ],
      publishesNotReady: false,
    });
  });

  test('gives an empty name for the one port that needs no name', async () => {
    kubernetes.store.put(service({ name: 'web', spec: { ports: [{ port: 80 }] } }));
    expect((await read()).ports).toEqual([{ name: '', port: 80 }]);
  });

  test('rejects where there is no such Service', async () => {
    await expect(read()).rejects.toMatchObject({ kind: 'not-found', operation: 'get services' });
  });
});
