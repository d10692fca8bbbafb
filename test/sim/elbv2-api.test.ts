import {
  DeregisterTargetsCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
  type TargetDescription,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type AwsApi, startAwsApi } from '../../sim/aws/api.ts';
import { createElbv2, type Elbv2 } from '../../sim/aws/elbv2.ts';
import { createTokenBucket } from '../../sim/aws/token-bucket.ts';
import { createFaults, type Fault, type Faults } from '../../sim/faults.ts';
import { createTimeline, type Timeline } from '../../sim/timeline.ts';
import { type VirtualClock, virtualClock } from '../../sim/virtual-clock.ts';

type Credentials = { readonly accessKeyId: string; readonly secretAccessKey: string };
const ownCredentials: Credentials = { accessKeyId: 'AKIAOWN', secretAccessKey: 'nothing' };
const otherAccount = '999999999999';
const role = { arn: `arn:aws:iam::${otherAccount}:role/target-health`, externalId: 'shop' };
const web = { id: '10.0.0.7', port: 8080 };

let clock: VirtualClock;
let timeline: Timeline;
let elbv2: Elbv2;
let faults: Faults;
let api: AwsApi;
let clients: ElasticLoadBalancingV2Client[];

async function start(size = Number.POSITIVE_INFINITY): Promise<void> {
  clock = virtualClock();
  timeline = createTimeline(clock);
  elbv2 = createElbv2({ clock, timeline });
  faults = createFaults(clock);
  const bucket = createTokenBucket({ clock, size, refillPerSecond: 0 });
  api = await startAwsApi({ elbv2, clock, faults, bucket, roles: [role] });
}

beforeEach(async () => {
  clients = [];
  await start();
});

afterEach(async () => {
  for (const client of clients) client.destroy();
  elbv2.close();
  await api.close();
});

function client({
  region = 'eu-west-1',
  credentials = ownCredentials,
  requestTimeout = 10_000,
}: {
  readonly region?: string;
  readonly credentials?: Credentials | ReturnType<typeof fromTemporaryCredentials>;
  readonly requestTimeout?: number;
} = {}): ElasticLoadBalancingV2Client {
  const made = new ElasticLoadBalancingV2Client({
    region,
    credentials,
    endpoint: api.url,
    maxAttempts: 1,
    requestHandler: { requestTimeout, throwOnRequestTimeout: true },
  });
  clients.push(made);
  return made;
}

async function health(arn: string, asked?: TargetDescription[], from = client()) {
  const { TargetHealthDescriptions = [] } = await from.send(
    new DescribeTargetHealthCommand({ TargetGroupArn: arn, ...(asked === undefined ? {} : { Targets: asked }) }),
  );
  return TargetHealthDescriptions.map(
    ({ Target, TargetHealth }) =>
      `${Target?.Id}:${Target?.Port} ${[TargetHealth?.State, TargetHealth?.Reason].filter(Boolean).join('/')}`,
  );
}

describe('DescribeTargetHealth', () => {
  test('a filter shows every asked target, and one with a wrong port as not registered', async () => {
    const { arn } = elbv2.createTargetGroup({ name: 'web', loadBalancer: 'alb', port: 8080 });
    elbv2.registerTargets(arn, [web, { id: '10.0.0.8' }]);
    expect(await health(arn, [{ Id: web.id, Port: 8080 }, { Id: web.id, Port: 80 }, { Id: '10.0.0.8' }])).toEqual([
      '10.0.0.7:8080 healthy',
      '10.0.0.7:80 unused/Target.NotRegistered',
      '10.0.0.8:8080 healthy',
    ]);
  });

  test('without a filter all targets are shown, unused ones where no load balancer has the group', async () => {
    const { arn } = elbv2.createTargetGroup({ name: 'web' });
    elbv2.registerTargets(arn, [web]);
    expect(await health(arn)).toEqual(['10.0.0.7:8080 unused/Target.NotInUse']);
  });

  test('a new target is initial until it is healthy', async () => {
    const { arn } = elbv2.createTargetGroup({ name: 'web', loadBalancer: 'alb', healthyAfterMs: 10_000 });
    await client().send(new RegisterTargetsCommand({ TargetGroupArn: arn, Targets: [{ Id: web.id, Port: web.port }] }));
    expect(await health(arn)).toEqual(['10.0.0.7:8080 initial/Elb.RegistrationInProgress']);
    await clock.advance(10_000);
    expect(await health(arn)).toEqual(['10.0.0.7:8080 healthy']);
  });

  test.for([
    ['alb', 17_000],
    ['nlb', 120_000],
  ] as const)(
    'a target deregistered from an %s drains for 300 s and is routed to for %i ms',
    async ([kind, routesForMs]) => {
      const { arn } = elbv2.createTargetGroup({ name: 'web', loadBalancer: kind });
      elbv2.registerTargets(arn, [web]);
      const target = { TargetGroupArn: arn, Targets: [{ Id: web.id, Port: web.port }] };
      await client().send(new DeregisterTargetsCommand(target));

      await clock.advance(routesForMs - 1);
      expect(elbv2.isRouting(arn, web)).toBe(true);
      await clock.advance(1);
      expect(elbv2.isRouting(arn, web)).toBe(false);
      const fields = { targetGroup: arn, ip: web.id, port: web.port };
      expect(timeline.moments.at(-1)).toEqual({
        atMs: routesForMs,
        actor: 'load-balancer',
        what: 'stops routing',
        fields,
      });

      expect(await health(arn)).toEqual(['10.0.0.7:8080 draining/Target.DeregistrationInProgress']);
      await clock.advance(300_000 - routesForMs);
      expect(await health(arn)).toEqual([]);
      await client().send(new DeregisterTargetsCommand(target));
    },
  );

  test('a target registered again while draining stays', async () => {
    const { arn } = elbv2.createTargetGroup({ name: 'web', loadBalancer: 'nlb' });
    elbv2.registerTargets(arn, [web]);
    elbv2.deregisterTargets(arn, [web]);
    elbv2.registerTargets(arn, [web]);
    await clock.advance(300_000);
    expect(await health(arn)).toEqual(['10.0.0.7:8080 healthy']);
    expect(elbv2.isRouting(arn, web)).toBe(true);
  });

  test.for([
    ['initial', 'Elb.InitialHealthChecking'],
    ['unhealthy', 'Target.FailedHealthChecks'],
    ['unhealthy.draining', 'Target.FailedHealthChecks'],
    ['unused', 'Target.IpUnusable'],
    ['unavailable', 'Elb.InternalError'],
    ['<new & unknown>', '"quoted"'],
  ] as const)('a test can show %s/%s', async ([state, reason]) => {
    const { arn } = elbv2.createTargetGroup({ name: 'web', loadBalancer: 'nlb' });
    elbv2.registerTargets(arn, [web]);
    elbv2.setHealth(arn, web, { state, reason });
    expect(await health(arn)).toEqual([`10.0.0.7:8080 ${state}/${reason}`]);
  });
});

describe('target groups', () => {
  test('are found by name, by ARN and page by page, with load balancer and attributes', async () => {
    const group = elbv2.createTargetGroup({ name: 'web', loadBalancer: 'nlb', deregistrationDelayMs: 60_000 });
    for (const name of ['api', 'shop']) elbv2.createTargetGroup({ name, loadBalancer: 'alb' });
    elbv2.createTargetGroup({ name: 'elsewhere', region: 'us-east-1' });

    const byName = await client().send(new DescribeTargetGroupsCommand({ Names: ['web'] }));
    expect(byName.TargetGroups).toMatchObject([
      { TargetGroupArn: group.arn, Protocol: 'TCP', TargetType: 'ip', IpAddressType: 'ipv4' },
    ]);
    expect(byName.TargetGroups?.[0]?.LoadBalancerArns?.[0]).toContain(':loadbalancer/net/');
    const byArn = await client().send(new DescribeTargetGroupsCommand({ TargetGroupArns: [group.arn] }));
    expect(byArn.TargetGroups).toEqual(byName.TargetGroups);

    const first = await client().send(new DescribeTargetGroupsCommand({ PageSize: 2 }));
    const last = await client().send(new DescribeTargetGroupsCommand({ PageSize: 2, Marker: first.NextMarker }));
    const names = [first, last].map(({ TargetGroups = [] }) => TargetGroups.map((one) => one.TargetGroupName));
    expect(names).toEqual([['web', 'api'], ['shop']]);
    expect(last.NextMarker).toBeUndefined();
  });

  test.for([
    ['alb', { Protocol: 'HTTP', HealthCheckProtocol: 'HTTP', HealthCheckPath: '/', Matcher: { HttpCode: '200' } }],
    ['nlb', { Protocol: 'TCP', HealthCheckProtocol: 'TCP' }],
  ] as const)('of an %s have its health check, VPC, port and load balancer', async ([loadBalancer, fields]) => {
    elbv2.createTargetGroup({ name: 'web', loadBalancer, port: 8080, ipAddressType: 'ipv6' });
    const { TargetGroups } = await client().send(new DescribeTargetGroupsCommand({}));
    expect(TargetGroups).toMatchObject([
      {
        ...fields,
        Port: 8080,
        TargetType: 'ip',
        IpAddressType: 'ipv6',
        VpcId: expect.stringMatching(/^vpc-/),
        HealthCheckEnabled: true,
        HealthCheckPort: 'traffic-port',
        LoadBalancerArns: [expect.stringContaining(':loadbalancer/')],
      },
    ]);
  });

  test.for([
    ['alb', 'HTTP', { 'stickiness.type': 'lb_cookie', 'slow_start.duration_seconds': '0' }],
    ['nlb', 'TCP', { 'stickiness.type': 'source_ip', 'preserve_client_ip.enabled': 'false' }],
    ['nlb', 'UDP', { 'deregistration_delay.connection_termination.enabled': 'true' }],
  ] as const)('of an %s for %s have its attributes, and their own delay', async ([loadBalancer, protocol, more]) => {
    const { arn } = elbv2.createTargetGroup({ name: 'web', loadBalancer, protocol, deregistrationDelayMs: 60_000 });
    const describe = new DescribeTargetGroupAttributesCommand({ TargetGroupArn: arn });
    const { Attributes = [] } = await client().send(describe);
    const attributes = Object.fromEntries(Attributes.map(({ Key, Value }) => [Key, Value]));
    expect(attributes).toMatchObject({ 'deregistration_delay.timeout_seconds': '60', ...more });
    faults.add({
      fault: { kind: 'status', status: 403, code: 'AccessDenied' },
      match: 'DescribeTargetGroupAttributes',
    });
    await expect(client().send(describe)).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  test('of another Region are not found by an endpoint that is not theirs', async () => {
    const { arn } = elbv2.createTargetGroup({ name: 'web', region: 'us-east-1' });
    await expect(health(arn)).rejects.toMatchObject({ name: 'TargetGroupNotFoundException' });
    expect(await health(arn, undefined, client({ region: 'us-east-1' }))).toEqual([]);
  });

  test('of another account need the credentials of a role there, and the role its external id', async () => {
    const { arn } = elbv2.createTargetGroup({ name: 'web', account: otherAccount });
    const assume = (ExternalId: string) =>
      client({
        credentials: fromTemporaryCredentials({
          params: { RoleArn: role.arn, ExternalId, RoleSessionName: 'test' },
          masterCredentials: ownCredentials,
          clientConfig: { endpoint: api.url, region: 'eu-west-1', maxAttempts: 1 },
        }),
      });
    await expect(health(arn)).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(health(arn, undefined, assume('wrong'))).rejects.toMatchObject({ name: 'AccessDenied' });
    expect(await health(arn, undefined, assume(role.externalId))).toEqual([]);
    expect(api.requests.map(({ action, accessKeyId }) => [action, accessKeyId])).toEqual([
      ['DescribeTargetHealth', 'AKIAOWN'],
      ['AssumeRole', 'AKIAOWN'],
      ['AssumeRole', 'AKIAOWN'],
      ['DescribeTargetHealth', 'ASIASIMULATED0000001'],
    ]);
  });
});

describe('errors', () => {
  test('all Describe calls share one bucket, and the request that finds it empty is throttled', async () => {
    await api.close();
    await start(2);
    const { arn } = elbv2.createTargetGroup({ name: 'web', loadBalancer: 'alb' });
    await client().send(new DescribeTargetGroupsCommand({}));
    await health(arn, [{ Id: web.id }]);
    await expect(health(arn)).rejects.toMatchObject({ name: 'Throttling', message: 'Rate exceeded' });
    await client().send(new DeregisterTargetsCommand({ TargetGroupArn: arn, Targets: [{ Id: web.id }] }));
    expect(api.requests).toMatchObject([
      { action: 'DescribeTargetGroups', filtered: false, throttled: false },
      { action: 'DescribeTargetHealth', targetGroupArn: arn, filtered: true, throttled: false },
      { action: 'DescribeTargetHealth', targetGroupArn: arn, filtered: false, throttled: true },
      { action: 'DeregisterTargets', targetGroupArn: arn, filtered: true, throttled: false },
    ]);
  });

  test('a target that is not valid and a target group that is gone keep their names', async () => {
    const { arn } = elbv2.createTargetGroup({ name: 'web', loadBalancer: 'alb' });
    elbv2.setInvalid(arn, web);
    await expect(health(arn, [{ Id: web.id, Port: web.port }])).rejects.toMatchObject({
      name: 'InvalidTargetException',
      $metadata: { httpStatusCode: 400 },
    });
    elbv2.deleteTargetGroup(arn);
    await expect(health(arn)).rejects.toMatchObject({
      name: 'TargetGroupNotFoundException',
      $metadata: { httpStatusCode: 400 },
    });
  });

  test.for<readonly [Fault, { readonly name: string; readonly code?: string; readonly status?: number }]>([
    [
      { kind: 'status', status: 400, code: 'Throttling' },
      { name: 'Throttling', status: 400 },
    ],
    [
      { kind: 'status', status: 400, code: 'ThrottlingException' },
      { name: 'ThrottlingException', status: 400 },
    ],
    [
      { kind: 'status', status: 403, code: 'AccessDenied' },
      { name: 'AccessDenied', status: 403 },
    ],
    [
      { kind: 'status', status: 500 },
      { name: 'InternalFailure', status: 500 },
    ],
    [{ kind: 'hang' }, { name: 'TimeoutError', code: 'ETIMEDOUT' }],
    [{ kind: 'reset' }, { name: 'TimeoutError', code: 'ECONNRESET' }],
    [{ kind: 'garbage' }, { name: 'Error', status: 200 }],
    [{ kind: 'truncate' }, { name: 'Error', code: 'ECONNRESET', status: 200 }],
  ])('the official client sees the planted fault %j', async ([fault, seen]) => {
    const { arn } = elbv2.createTargetGroup({ name: 'web', loadBalancer: 'alb' });
    faults.add({ fault, match: 'DescribeTargetHealth', times: 1 });
    const impatient = client(fault.kind === 'hang' ? { requestTimeout: 100 } : {});
    const error = await health(arn, undefined, impatient).then(
      () => expect.unreachable('the fault was not seen'),
      ({ name, code, $metadata }) => ({ name, code, status: $metadata.httpStatusCode }),
    );
    expect(error).toEqual({ code: undefined, status: undefined, ...seen });
    expect(await health(arn)).toEqual([]);
  });

  test.each([
    [-6, 403],
    [-4, 200],
    [4, 200],
    [6, 403],
  ])('a request that was signed %d min from now is answered with HTTP %d', async (minutes, status) => {
    const signedAt = new Date(Date.now() + minutes * 60_000).toISOString().replace(/[-:]|\.\d+/g, '');
    const response = await fetch(api.url, {
      method: 'POST',
      headers: {
        authorization: `AWS4-HMAC-SHA256 Credential=AKIA/20261125/eu-west-1/elasticloadbalancing/aws4_request, Signature=none`,
        'x-amz-date': signedAt,
      },
      body: new URLSearchParams({ Action: 'DescribeTargetGroups', Version: '2015-12-01' }),
    });
    expect(response.status).toBe(status);
    expect((await response.text()).includes('SignatureDoesNotMatch')).toBe(status === 403);
  });

  test('closing ends requests that hang or are slow', async () => {
    faults.add({ fault: { kind: 'hang' }, times: 1 });
    faults.add({ fault: { kind: 'slow', ms: 60_000 } });
    const pending = [health('any'), health('any')];
    await vi.waitFor(() => expect(api.requests).toHaveLength(2));
    await api.close();
    for (const one of await Promise.allSettled(pending)) {
      expect(one).toMatchObject({ status: 'rejected', reason: { code: 'ECONNRESET' } });
    }
  });
});
