import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { defaultAccount } from '../../sim/aws/target-group.ts';
import { createLoadBalancers } from '../../src/aws/load-balancers.ts';
import type { TargetHealthAnswer } from '../../src/core/ports.ts';
import type { AssumedRole } from '../../src/core/target.ts';
import { groupRef, NEVER, namedGroup, startAws, type TestAws } from '../support/aws.ts';

const OTHER_ACCOUNT = '999999999999';
const ROLE = { arn: `arn:aws:iam::${OTHER_ACCOUNT}:role/target-health`, externalId: 'shop' };
const WEB = { ip: '10.0.0.7', port: 8080 };
const web = { id: WEB.ip, port: WEB.port };

let aws: TestAws;

beforeEach(async () => {
  aws = await startAws({ roles: [ROLE] });
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await aws.close();
});

const health = (arn: string, role?: AssumedRole, addresses: readonly (typeof WEB)[] | 'all' = [WEB]) =>
  aws.loadBalancers.describeTargetHealth(groupRef(arn, role), addresses, NEVER);

const targetIn = (state: string, reason?: string): TargetHealthAnswer => ({
  kind: 'targets',
  targets: [{ ...WEB, state, reason }],
});

describe('describeTargetHealth()', () => {
  test.each([
    ['initial', 'Elb.InitialHealthChecking'],
    ['healthy', undefined],
    ['unhealthy', 'Target.FailedHealthChecks'],
    ['unhealthy.draining', 'Target.FailedHealthChecks'],
    ['unavailable', 'Elb.InternalError'],
    ['unused', 'Target.InvalidState'],
    ['unused', 'Target.IpUnusable'],
    ['not-invented-yet', 'Some.Reason'],
  ])('shows a registered target as %s/%s', async (state, reason) => {
    const { arn } = aws.elbv2.createTargetGroup({ name: 'web', loadBalancer: 'nlb' });
    aws.elbv2.registerTargets(arn, [web]);
    aws.elbv2.setHealth(arn, web, reason === undefined ? { state } : { state, reason });
    expect(await health(arn)).toEqual(targetIn(state, reason));
  });

  test('shows a target from its registration to its end', async () => {
    const { arn } = aws.elbv2.createTargetGroup({ name: 'web', loadBalancer: 'alb', deregistrationDelayMs: 0 });
    expect(await health(arn)).toEqual(targetIn('unused', 'Target.NotRegistered'));
    aws.elbv2.registerTargets(arn, [web]);
    expect(await health(arn)).toEqual(targetIn('healthy'));
    aws.elbv2.deregisterTargets(arn, [web]);
    expect(await health(arn)).toEqual(targetIn('unused', 'Target.NotRegistered'));
  });

  test('shows a deregistered target as draining', async () => {
    const { arn } = aws.elbv2.createTargetGroup({ name: 'web', loadBalancer: 'alb' });
    aws.elbv2.registerTargets(arn, [web]);
    aws.elbv2.deregisterTargets(arn, [web]);
    expect(await health(arn)).toEqual(targetIn('draining', 'Target.DeregistrationInProgress'));
  });

  test('shows a target that no listener leads to as not in use', async () => {
    const { arn } = aws.elbv2.createTargetGroup({ name: 'web' });
    aws.elbv2.registerTargets(arn, [web]);
    expect(await health(arn)).toEqual(targetIn('unused', 'Target.NotInUse'));
  });

  test('shows a target under a wrong port as not registered, and all targets without a filter', async () => {
    const { arn } = aws.elbv2.createTargetGroup({ name: 'web', loadBalancer: 'alb' });
    aws.elbv2.registerTargets(arn, [web, { id: '10.0.0.8', port: 9090 }]);
    const notRegistered = { ip: WEB.ip, port: 80, state: 'unused', reason: 'Target.NotRegistered' };
    expect(await health(arn, undefined, [{ ...WEB, port: 80 }])).toEqual({ kind: 'targets', targets: [notRegistered] });
    expect(await health(arn, undefined, 'all')).toMatchObject({
      targets: [WEB, { ip: '10.0.0.8', port: 9090 }],
    });
  });

  test('knows an invalid target and a target group that is gone', async () => {
    const { arn } = aws.elbv2.createTargetGroup({ name: 'web', loadBalancer: 'alb' });
    aws.elbv2.setInvalid(arn, web);
    expect(await health(arn)).toEqual({ kind: 'invalid-target' });
    aws.elbv2.deleteTargetGroup(arn);
    expect(await health(arn)).toEqual({ kind: 'no-such-group' });
    expect(aws.api.requests).toHaveLength(2);
  });
});

describe('describeTargetGroup()', () => {
  test.each([
    ['alb', 'ipv4'],
    ['nlb', 'ipv6'],
  ] as const)('finds a group by name, behind an %s for %s', async (loadBalancer, ipAddressType) => {
    const { arn } = aws.elbv2.createTargetGroup({ name: 'web', loadBalancer, ipAddressType });
    const found = await aws.loadBalancers.describeTargetGroup(namedGroup('web'), NEVER);
    expect(found).toEqual({ arn, loadBalancer, family: ipAddressType });
    expect(await aws.loadBalancers.describeTargetGroup(groupRef(arn), NEVER)).toEqual(found);
  });

  test('rejects where there is no such group', async () => {
    const described = aws.loadBalancers.describeTargetGroup(namedGroup('web'), NEVER);
    await expect(described).rejects.toMatchObject({ kind: 'not-found', operation: 'DescribeTargetGroups' });
  });
});

test('the Region is that of the ARN, whatever AWS_REGION says', async () => {
  const { arn } = aws.elbv2.createTargetGroup({ name: 'far', region: 'us-east-1', loadBalancer: 'nlb' });
  const near = aws.elbv2.createTargetGroup({ name: 'near', region: 'eu-west-1', loadBalancer: 'nlb' });
  for (const group of [arn, near.arn]) aws.elbv2.registerTargets(group, [web]);
  expect(await health(arn)).toEqual(targetIn('healthy'));
  expect(await health(near.arn)).toEqual(targetIn('healthy'));
  expect((await aws.loadBalancers.describeTargetGroup(groupRef(arn), NEVER)).loadBalancer).toBe('nlb');
});

describe('a target group of another account', () => {
  let arn: string;

  beforeEach(() => {
    arn = aws.elbv2.createTargetGroup({ name: 'shared', account: OTHER_ACCOUNT, loadBalancer: 'alb' }).arn;
    aws.elbv2.registerTargets(arn, [web]);
  });

  const actions = () => aws.api.requests.map(({ action, accessKeyId }) => [action, accessKeyId]);

  test('is read with the credentials of its role, which is assumed once for all calls', async () => {
    expect(await health(arn, ROLE)).toEqual(targetIn('healthy'));
    await Promise.all([health(arn, ROLE), health(arn, ROLE)]);
    const assumed = ['DescribeTargetHealth', 'ASIASIMULATED0000001'];
    expect(actions()).toEqual([['AssumeRole', 'AKIAOWN'], assumed, assumed, assumed]);
  });

  test('is read with one role also where the first calls come together', async () => {
    await Promise.all([health(arn, ROLE), health(arn, ROLE)]);
    expect(actions().filter(([action]) => action === 'AssumeRole')).toHaveLength(1);
  });

  test('is not mixed up with one of our own', async () => {
    const own = aws.elbv2.createTargetGroup({ name: 'own', account: defaultAccount, loadBalancer: 'alb' });
    aws.elbv2.registerTargets(own.arn, [web]);
    await health(arn, ROLE);
    expect(await health(own.arn)).toEqual(targetIn('healthy'));
  });

  test('is denied without the role, with advice', async () => {
    await expect(health(arn)).rejects.toMatchObject({
      kind: 'denied',
      message: expect.stringContaining('allow elasticloadbalancing:DescribeTargetHealth'),
    });
  });

  test.each(['wrong', undefined])('is denied with the external id %s, with advice on the role', async (externalId) => {
    await expect(health(arn, { arn: ROLE.arn, externalId })).rejects.toMatchObject({
      kind: 'denied',
      operation: 'AssumeRole',
      message: expect.stringMatching(/trust policy.*external id/),
    });
    expect(actions()).toEqual([['AssumeRole', 'AKIAOWN']]);
  });

  test('is read after all once the role can be assumed', async () => {
    aws.faults.add({ fault: { kind: 'status', status: 403 }, match: 'AssumeRole', times: 1 });
    await expect(health(arn, ROLE)).rejects.toMatchObject({ kind: 'denied' });
    expect(await health(arn, ROLE)).toEqual(targetIn('healthy'));
  });

  test('is throttled where the role is, and unreachable where STS is', async () => {
    aws.faults.add({ fault: { kind: 'status', status: 400, code: 'Throttling' }, match: 'AssumeRole', times: 1 });
    aws.faults.add({ fault: { kind: 'reset' }, match: 'AssumeRole', times: 1 });
    await expect(health(arn, ROLE)).rejects.toMatchObject({ kind: 'throttled' });
    await expect(health(arn, ROLE)).rejects.toMatchObject({ kind: 'unreachable' });
    expect(aws.api.requests).toHaveLength(2);
  });
});

test('without any credentials a call is denied, with advice and without a request', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', undefined);
  const { arn } = aws.elbv2.createTargetGroup({ name: 'web', loadBalancer: 'alb' });
  await expect(health(arn)).rejects.toMatchObject({
    kind: 'denied',
    message: expect.stringContaining('EKS Pod Identity or IRSA'),
  });
  expect(aws.api.requests).toEqual([]);
});

test('credentials that come later are found by the next call', async () => {
  const { arn } = aws.elbv2.createTargetGroup({ name: 'web', loadBalancer: 'alb' });
  const { loadBalancers } = aws;
  vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
  await expect(health(arn)).rejects.toMatchObject({ kind: 'denied' });
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIALATE');
  await loadBalancers.describeTargetHealth(groupRef(arn), 'all', NEVER);
  expect(aws.api.requests).toMatchObject([{ accessKeyId: 'AKIALATE' }]);
});

test('a name is looked up in the Region of the settings', async () => {
  const { arn } = aws.elbv2.createTargetGroup({ name: 'far', region: 'us-east-1' });
  const far = createLoadBalancers({ clock: aws.clock, region: 'us-east-1' });
  expect((await far.describeTargetGroup(namedGroup('far'), NEVER)).arn).toBe(arn);
});
