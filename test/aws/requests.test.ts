import {
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  type TargetGroup,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { virtualClock } from '../../sim/virtual-clock.ts';
import { createLoadBalancers } from '../../src/aws/load-balancers.ts';
import type { TargetGroupRef } from '../../src/core/target.ts';
import { groupRef, NEVER, namedGroup } from '../support/aws.ts';

const ARN = 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/0123456789abcdef';
const WEB = { ip: '10.0.0.7', port: 8080 };

const elbv2 = mockClient(ElasticLoadBalancingV2Client);

beforeEach(() => void elbv2.reset());
afterAll(() => elbv2.restore());

const adapter = (region: string | undefined = 'eu-west-1') => createLoadBalancers({ clock: virtualClock(), region });

describe('describeTargetHealth()', () => {
  const describeHealth = (addresses: readonly { readonly ip: string; readonly port: number }[] | 'all' = 'all') =>
    adapter().describeTargetHealth(groupRef(ARN), addresses, NEVER);

  test('asks for the ID and the port of each target, and for nothing else', async () => {
    elbv2.on(DescribeTargetHealthCommand).resolves({ TargetHealthDescriptions: [] });
    await describeHealth([WEB, { ip: 'fd00::7', port: 8080 }]);
    const [sent, ...more] = elbv2.commandCalls(DescribeTargetHealthCommand);
    expect(sent?.args[0].input).toStrictEqual({
      TargetGroupArn: ARN,
      Targets: [
        { Id: '10.0.0.7', Port: 8080 },
        { Id: 'fd00::7', Port: 8080 },
      ],
    });
    expect(more).toEqual([]);
  });

  test('names no targets to get all of them', async () => {
    elbv2.on(DescribeTargetHealthCommand).resolves({ TargetHealthDescriptions: [] });
    expect(await describeHealth('all')).toEqual({ kind: 'targets', targets: [] });
    expect(elbv2.commandCalls(DescribeTargetHealthCommand)[0]?.args[0].input).toStrictEqual({ TargetGroupArn: ARN });
  });

  test('reads each target, with the states and reasons that nobody knows yet', async () => {
    const Target = { Id: '10.0.0.7', Port: 8080 };
    elbv2.on(DescribeTargetHealthCommand).resolves({
      TargetHealthDescriptions: [
        // The types know only the states of today.
        { Target, TargetHealth: { State: 'evacuating' as 'healthy', Reason: 'Target.Zonal' as 'Target.NotInUse' } },
        { Target: { ...Target, Port: 9090, AvailabilityZone: 'eu-west-1a' }, TargetHealth: { State: 'healthy' } },
        { Target: { ...Target, Port: 80 } },
      ],
    });
    expect(await describeHealth()).toEqual({
      kind: 'targets',
      targets: [
        { ip: '10.0.0.7', port: 8080, state: 'evacuating', reason: 'Target.Zonal' },
        { ip: '10.0.0.7', port: 9090, state: 'healthy', reason: undefined },
        { ip: '10.0.0.7', port: 80, state: 'unknown', reason: undefined },
      ],
    });
  });

  test.each([
    ['has no list', {}],
    ['has a target without an ID', { TargetHealthDescriptions: [{ Target: { Id: undefined, Port: 80 } }] }],
    ['has a target without a port', { TargetHealthDescriptions: [{ Target: { Id: '10.0.0.7' } }] }],
    ['has a description without a target', { TargetHealthDescriptions: [{ TargetHealth: { State: 'healthy' } }] }],
  ] as const)('understands no answer that %s', async (_, answer) => {
    elbv2.on(DescribeTargetHealthCommand).resolves(answer as object);
    await expect(describeHealth()).rejects.toMatchObject({ kind: 'bad-response', operation: 'DescribeTargetHealth' });
  });

  test.each([
    ['InvalidTarget', 'invalid-target'],
    ['InvalidTargetException', 'invalid-target'],
    ['TargetGroupNotFound', 'no-such-group'],
    ['TargetGroupNotFoundException', 'no-such-group'],
  ])('takes the error %s for the answer %s', async (name, kind) => {
    elbv2.on(DescribeTargetHealthCommand).rejects(Object.assign(new Error('not there'), { name }));
    expect(await describeHealth([WEB])).toEqual({ kind });
  });
});

describe('describeTargetGroup()', () => {
  const describeGroup = (group: TargetGroupRef, region?: string) => adapter(region).describeTargetGroup(group, NEVER);
  const sent = () => elbv2.commandCalls(DescribeTargetGroupsCommand).map(({ args }) => args[0].input);
  const answer = (group: TargetGroup) => elbv2.on(DescribeTargetGroupsCommand).resolves({ TargetGroups: [group] });

  test('asks by ARN where there is one, else by name', async () => {
    answer({ TargetGroupArn: ARN });
    await describeGroup({ ...groupRef(ARN), name: 'web' });
    await describeGroup(namedGroup('web'));
    expect(sent()).toStrictEqual([{ TargetGroupArns: [ARN] }, { Names: ['web'] }]);
  });

  test('needs a Region for a name, and says how to give it, without any request', async () => {
    const described = createLoadBalancers({ clock: virtualClock(), region: undefined }).describeTargetGroup(
      namedGroup('web'),
      NEVER,
    );
    await expect(described).rejects.toMatchObject({
      kind: 'not-found',
      message: expect.stringMatching(/target group web .*AWS_REGION/),
    });
    expect(sent()).toEqual([]);
  });

  const alb = 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web/0123456789abcdef';
  const nlb = 'arn:aws-cn:elasticloadbalancing:cn-north-1:123456789012:loadbalancer/net/web/0123456789abcdef';
  const gateway = 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/gwy/web/0123456789abcdef';

  test.each<readonly ['alb' | 'nlb' | undefined, TargetGroup]>([
    ['alb', { LoadBalancerArns: [alb], Protocol: 'HTTP' }],
    ['nlb', { LoadBalancerArns: [nlb], Protocol: 'TCP' }],
    ['alb', { LoadBalancerArns: [], Protocol: 'HTTPS' }],
    ['nlb', { LoadBalancerArns: [], Protocol: 'TCP_UDP' }],
    ['nlb', { Protocol: 'TLS' }],
    [undefined, { LoadBalancerArns: [gateway], Protocol: 'GENEVE' }],
    [undefined, {}],
  ])('finds the load balancer %s for %j', async (loadBalancer, group) => {
    answer({ TargetGroupArn: ARN, ...group });
    expect(await describeGroup(groupRef(ARN))).toEqual({ arn: ARN, loadBalancer, family: undefined });
  });

  test.each(['ipv4', 'ipv6'] as const)('finds the family %s', async (family) => {
    answer({ TargetGroupArn: ARN, IpAddressType: family });
    expect((await describeGroup(groupRef(ARN))).family).toBe(family);
  });

  test.each([{}, { TargetGroups: [] }, { TargetGroups: [{ TargetGroupName: 'web' }] }])(
    'understands no answer without a target group: %j',
    async (nothing) => {
      elbv2.on(DescribeTargetGroupsCommand).resolves(nothing);
      await expect(describeGroup(groupRef(ARN))).rejects.toMatchObject({ kind: 'bad-response' });
    },
  );
});
