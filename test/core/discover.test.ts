import { describe, expect, test } from 'vitest';
import { discoverTargets, TARGET_GROUPS_ANNOTATION } from '../../src/core/discover.ts';
import type { OwnPod, PodRef } from '../../src/core/ports.ts';
import type { NamedTargetGroup } from '../../src/core/target.ts';
import { ALB_ARN, binding, failure, NLB_ARN, ownPod, POD, slice, testWorld, type World } from '../support/world.ts';

async function discover(
  world: Partial<World> = {},
  {
    pod,
    ref = POD,
    setting = [],
  }: { pod?: OwnPod | 'unread'; ref?: PodRef; setting?: readonly NamedTargetGroup[] } = {},
) {
  const made = testWorld(world);
  const read = pod === 'unread' ? undefined : (pod ?? ownPod());
  const discovery = await discoverTargets(ref, read, setting, made.ports.cluster, new AbortController().signal);
  return { ...discovery, operations: made.calls.map(({ operation }) => operation) };
}

function elbv2Only(...bindings: readonly ReturnType<typeof binding>[]): World['bindings'] {
  return (_, group) => (group === 'elbv2.k8s.aws' ? bindings : []);
}

describe('the setting and the annotation', () => {
  test('name target groups without any Kubernetes call', async () => {
    const found = await discover({}, { setting: [{ arn: NLB_ARN, port: 53 }] });
    expect(found).toMatchObject({ source: 'setting', complete: true, operations: [] });
    expect(found.groups[0]?.addresses).toEqual([{ ip: '10.1.0.7', port: 53 }]);
  });

  test('the setting wins over the annotation, and the annotation over the cluster', async () => {
    const pod = ownPod({ annotations: { [TARGET_GROUPS_ANNOTATION]: NLB_ARN } });
    expect((await discover({}, { pod })).groups.map(({ group }) => group.arn)).toEqual([NLB_ARN]);
    const both = await discover({}, { pod, setting: [{ arn: ALB_ARN, port: undefined }] });
    expect(both.groups.map(({ group }) => group.arn)).toEqual([ALB_ARN]);
  });

  test('a mistake in the annotation is named and never means "no target"', async () => {
    const pod = ownPod({ annotations: { [TARGET_GROUPS_ANNOTATION]: 'web=80' } });
    const found = await discover({}, { pod });
    expect(found).toMatchObject({ source: undefined, complete: false });
    expect(found.problems[0]?.message).toContain("'web=80' is not the ARN");
  });

  test('without any IP they say which setting is missing', async () => {
    const found = await discover(
      {},
      { pod: 'unread', ref: { ...POD, ips: [] }, setting: [{ arn: ALB_ARN, port: 80 }] },
    );
    expect(found.complete).toBe(false);
    expect(found.problems[0]?.message).toContain('DRAIN_WAIT_POD_IPS');
  });
});

describe('readiness gates', () => {
  const gate = (condition: string) => ownPod({ readinessGates: [condition] });

  test.each([
    ['elbv2.k8s.aws', 'target-health.elbv2.k8s.aws/web'],
    ['eks.amazonaws.com', 'target-health.eks.amazonaws.com/web'],
  ] as const)('of %s name the TargetGroupBinding', async (apiGroup, condition) => {
    const bindings: World['bindings'] = (_, group) =>
      group === apiGroup ? [binding({ apiGroup }), binding({ apiGroup, name: 'other', arn: NLB_ARN })] : [];
    const found = await discover({ bindings }, { pod: gate(condition) });
    expect(found).toMatchObject({ source: 'readiness-gate', complete: true });
    expect(found.groups.map(({ group }) => group.arn)).toEqual([ALB_ARN]);
  });

  test('are enough even when the Service no longer lists the pod, or its slices cannot be read', async () => {
    for (const slices of [() => [], () => failure('denied')]) {
      const found = await discover(
        { bindings: elbv2Only(binding()), slices },
        { pod: gate('target-health.elbv2.k8s.aws/web') },
      );
      expect(found).toMatchObject({ source: 'readiness-gate', complete: true });
      expect(found.groups[0]?.addresses).toEqual([{ ip: '10.1.0.7', port: undefined }]);
    }
  });
});

describe('TargetGroupBindings', () => {
  test('of both API groups are found together', async () => {
    const bindings: World['bindings'] = (_, apiGroup) => [
      binding({ apiGroup, arn: apiGroup === 'elbv2.k8s.aws' ? ALB_ARN : NLB_ARN }),
    ];
    const found = await discover({ bindings });
    expect(found.groups.map(({ group }) => group.arn)).toEqual([ALB_ARN, NLB_ARN]);
  });

  test('count only with target type ip and a Service that lists the pod', async () => {
    const found = await discover({
      bindings: elbv2Only(binding({ targetType: 'instance' }), binding({ service: { name: 'other', port: 80 } })),
    });
    expect(found).toMatchObject({ source: undefined, groups: [], complete: true, problems: [] });
  });

  test('count with a target type that nobody knows: the pod may be a target all the same', async () => {
    const found = await discover({ bindings: elbv2Only(binding({ targetType: 'pod' })) });
    expect(found.groups.map(({ group }) => group.arn)).toEqual([ALB_ARN]);
  });

  test('of which some cannot be read may bind the pod, so the others are not all', async () => {
    const unread = ['odd: there is no spec.serviceRef.name', 'odder: the same', 'oddest: the same'];
    const { groups, complete, problems } = await discover({
      bindings: (_, apiGroup) =>
        apiGroup === 'elbv2.k8s.aws' ? [binding(), ...unread.map((each) => ({ unread: each }))] : [],
    });
    expect(groups).toHaveLength(1);
    expect(complete).toBe(false);
    expect(problems.map(({ kind, message }) => ({ kind, message }))).toEqual([
      {
        kind: 'bad-response',
        message: 'list targetgroupbindings.elbv2.k8s.aws: odd: there is no spec.serviceRef.name; and 2 more like that',
      },
    ]);
  });

  test('take the port of the slice that has the name of the Service port', async () => {
    const found = await discover({
      bindings: elbv2Only(binding({ service: { name: 'web', port: 80 } })),
      service: () => ({ ports: [{ name: 'admin', port: 80 }], publishesNotReady: false }),
      slices: () => [
        slice({
          ports: [
            { name: 'http', port: 8080 },
            { name: 'admin', port: 9090 },
          ],
        }),
      ],
    });
    expect(found.groups[0]?.addresses).toEqual([{ ip: '10.1.0.7', port: 9090 }]);
  });

  test('whose Service cannot be read are matched by the IP alone', async () => {
    const found = await discover({
      bindings: elbv2Only(binding({ service: { name: 'web', port: 80 } })),
      service: () => failure('denied'),
    });
    expect(found.groups[0]?.addresses).toEqual([{ ip: '10.1.0.7', port: undefined }]);
    expect(found).toMatchObject({ complete: true, problems: [{ kind: 'denied' }] });
  });

  test('whose Service publishes not-ready addresses are told of: the controller waits for the end of the containers', async () => {
    const service = (publishesNotReady: boolean) => ({ ports: [{ name: 'http', port: 80 }], publishesNotReady });
    const undrainable = async (publishesNotReady: boolean) =>
      (await discover({ bindings: elbv2Only(binding()), service: () => service(publishesNotReady) })).undrainable;
    expect(await undrainable(true)).toEqual(['web']);
    expect(await undrainable(false)).toEqual([]);
  });

  test('of an IPv6 group take the address of that family', async () => {
    const v6 = slice({
      family: 'ipv6',
      endpoints: [{ pod: { name: 'web-1', uid: 'uid-1' }, addresses: ['fd00::7'], terminating: true }],
    });
    const found = await discover({ bindings: elbv2Only(binding({ family: 'ipv6' })), slices: () => [slice(), v6] });
    expect(found.groups[0]?.addresses).toEqual([{ ip: 'fd00::7', port: 8080 }]);
  });

  test('do not take a later pod of the same name for this one', async () => {
    const later = slice({
      endpoints: [{ pod: { name: 'web-1', uid: 'uid-2' }, addresses: ['10.1.0.9'], terminating: false }],
    });
    expect((await discover({ bindings: elbv2Only(binding()), slices: () => [later] })).groups).toEqual([]);
  });

  test('tell how many of their targets are terminating, over all of them', async () => {
    const endpoint = (name: string, terminating: boolean) => ({
      pod: { name, uid: name },
      addresses: ['10.1.0.8'],
      terminating,
    });
    const busy = slice({ endpoints: [...slice().endpoints, endpoint('web-2', true), endpoint('web-3', false)] });
    const other = slice({ service: 'shop', endpoints: [endpoint('shop-1', true)] });
    const bindings = [
      binding(),
      binding({ name: 'web-nlb', arn: NLB_ARN }),
      binding({ name: 'shop', service: { name: 'shop', port: 'http' } }),
    ];
    const { terminatingTargets } = await discover({ bindings: elbv2Only(...bindings), slices: () => [busy, other] });
    // Two pods in two target groups each, and one in one.
    expect(terminatingTargets).toBe(5);
  });

  test('found none for a pod that was never read leave open what its annotation says', async () => {
    expect((await discover({ bindings: () => [] }, { pod: 'unread' })).complete).toBe(false);
    expect((await discover({ bindings: () => [] })).complete).toBe(true);
  });
});
