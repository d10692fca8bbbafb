import {
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  type DescribeTargetHealthCommandOutput,
  ElasticLoadBalancingV2Client,
  type TargetGroup,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { ApiError } from '../core/errors.ts';
import type { Clock, LoadBalancers, TargetHealth, TargetHealthAnswer } from '../core/ports.ts';
import { type AssumedRole, type LoadBalancerKind, parseTargetGroupArn, type TargetGroupRef } from '../core/target.ts';
import { callWithin } from '../core/timeout.ts';
import { assumeRole } from './assume-role.ts';
import { errorName, toAwsError } from './errors.ts';

const CONNECTION_TIMEOUT_MS = 2_000;
const REQUEST_TIMEOUT_MS = 4_000;
/** Ends what the two above do not: fetching credentials, or an answer that never ends. */
const CALL_TIMEOUT_MS = 6_000;

export interface LoadBalancersOptions {
  readonly clock: Clock;
  /** For target groups that are given by name. */
  readonly region: string | undefined;
}

/** ELBv2 through its official client: one request a call, no retries, because the hold alone decides the rate. */
export function createLoadBalancers({ clock, region }: LoadBalancersOptions): LoadBalancers {
  // Promises, so that simultaneous first calls share one client, and with it one AssumeRole.
  const clients = new Map<string, Promise<ElasticLoadBalancingV2Client>>();

  async function clientFor(group: TargetGroupRef, operation: string): Promise<ElasticLoadBalancingV2Client> {
    const groupRegion = parseTargetGroupArn(group.arn ?? '')?.region ?? region;
    if (groupRegion === undefined) {
      throw new ApiError(
        'not-found',
        operation,
        `the Region of target group ${group.name} is not known; set AWS_REGION`,
      );
    }
    const key = JSON.stringify([groupRegion, group.role]);
    const client = clients.get(key) ?? makeClient(groupRegion, group.role);
    clients.set(key, client);
    return await client;
  }

  async function call<T>(
    group: TargetGroupRef,
    operation: string,
    signal: AbortSignal,
    send: (client: ElasticLoadBalancingV2Client, options: { readonly abortSignal: AbortSignal }) => Promise<T>,
  ): Promise<T> {
    try {
      return await callWithin(CALL_TIMEOUT_MS, clock, signal, operation, async (abortSignal) =>
        send(await clientFor(group, operation), { abortSignal }),
      );
    } catch (error) {
      throw toAwsError(error, operation);
    }
  }

  return {
    async describeTargetHealth(group, addresses, signal) {
      const command = new DescribeTargetHealthCommand({
        TargetGroupArn: group.arn,
        // Without AvailabilityZone, which would have to be the one that the target was registered with.
        ...(addresses === 'all' ? {} : { Targets: addresses.map(({ ip, port }) => ({ Id: ip, Port: port })) }),
      });
      return await call(group, 'DescribeTargetHealth', signal, async (client, options) => {
        try {
          return toAnswer(await client.send(command, options));
        } catch (error) {
          const expected = EXPECTED_ERRORS.get(errorName(error));
          if (expected === undefined) throw error;
          return expected;
        }
      });
    },

    async describeTargetGroup(group, signal) {
      const which = group.arn === undefined ? { Names: [group.name ?? ''] } : { TargetGroupArns: [group.arn] };
      const command = new DescribeTargetGroupsCommand(which);
      const { TargetGroups } = await call(group, 'DescribeTargetGroups', signal, (client, options) =>
        client.send(command, options),
      );
      const [found] = TargetGroups ?? [];
      if (found?.TargetGroupArn === undefined) {
        throw new ApiError('bad-response', 'DescribeTargetGroups', 'the answer has no target group');
      }
      return {
        arn: found.TargetGroupArn,
        loadBalancer: loadBalancerOf(found),
        family: found.IpAddressType === undefined ? undefined : found.IpAddressType === 'ipv6' ? 'ipv6' : 'ipv4',
      };
    },
  };
}

/** Answers of DescribeTargetHealth that ELBv2 gives in the form of errors. A Map: the name comes from the wire. */
const EXPECTED_ERRORS: ReadonlyMap<string, TargetHealthAnswer> = new Map([
  ['InvalidTarget', { kind: 'invalid-target' }],
  ['InvalidTargetException', { kind: 'invalid-target' }],
  ['TargetGroupNotFound', { kind: 'no-such-group' }],
  ['TargetGroupNotFoundException', { kind: 'no-such-group' }],
]);

async function makeClient(region: string, role: AssumedRole | undefined): Promise<ElasticLoadBalancingV2Client> {
  return new ElasticLoadBalancingV2Client({
    region,
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      // Without this the SDK only warns when the time is over.
      throwOnRequestTimeout: true,
    },
    ...(role === undefined ? {} : { credentials: await assumeRole(role, region) }),
  });
}

/** An answer without the list says nothing: only an empty list means that there are no targets. */
function toAnswer({ TargetHealthDescriptions }: DescribeTargetHealthCommandOutput): TargetHealthAnswer {
  if (TargetHealthDescriptions === undefined) {
    throw new ApiError('bad-response', 'DescribeTargetHealth', 'the answer has no TargetHealthDescriptions');
  }
  const targets = TargetHealthDescriptions.map(({ Target, TargetHealth }): TargetHealth => {
    if (Target?.Id === undefined || Target.Port === undefined) {
      throw new ApiError('bad-response', 'DescribeTargetHealth', 'a target has no Id or no Port');
    }
    return { ip: Target.Id, port: Target.Port, state: TargetHealth?.State ?? 'unknown', reason: TargetHealth?.Reason };
  });
  return { kind: 'targets', targets };
}

/** The load balancer's ARN tells its kind; a group without one, its protocol. */
function loadBalancerOf({ LoadBalancerArns, Protocol }: TargetGroup): LoadBalancerKind | undefined {
  const [arn] = LoadBalancerArns ?? [];
  if (arn?.includes(':loadbalancer/app/') === true) return 'alb';
  if (arn?.includes(':loadbalancer/net/') === true) return 'nlb';
  if (Protocol === undefined || Protocol === 'GENEVE') return undefined;
  return Protocol === 'HTTP' || Protocol === 'HTTPS' ? 'alb' : 'nlb';
}
