import {
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  type DescribeTargetHealthCommandOutput,
  type TargetGroup,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { ApiError } from '../core/errors.ts';
import type { LoadBalancers, TargetHealth, TargetHealthAnswer } from '../core/ports.ts';
import type { LoadBalancerKind, TargetGroupRef } from '../core/target.ts';
import { type CallElbv2, type ClientsOptions, createElbv2 } from './clients.ts';
import { errorName } from './errors.ts';

/** ELBv2 through its official client: one request a call, no retries, because the hold alone decides the rate. */
export function createLoadBalancers(options: ClientsOptions): LoadBalancers {
  return loadBalancersBy(createElbv2(options));
}

export function loadBalancersBy(call: CallElbv2): LoadBalancers {
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
      const found = await findTargetGroup(call, group, signal);
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

/** By ARN where there is one, else by name. */
export async function findTargetGroup(
  call: CallElbv2,
  group: TargetGroupRef,
  signal: AbortSignal,
): Promise<TargetGroup & { readonly TargetGroupArn: string }> {
  const which = group.arn === undefined ? { Names: [group.name ?? ''] } : { TargetGroupArns: [group.arn] };
  const command = new DescribeTargetGroupsCommand(which);
  const { TargetGroups } = await call(group, 'DescribeTargetGroups', signal, (client, options) =>
    client.send(command, options),
  );
  const [found] = TargetGroups ?? [];
  if (found?.TargetGroupArn === undefined) {
    throw new ApiError('bad-response', 'DescribeTargetGroups', 'the answer has no target group');
  }
  return { ...found, TargetGroupArn: found.TargetGroupArn };
}

/** An answer without the list says nothing: only an empty list means that there are no targets. */
function toAnswer({ TargetHealthDescriptions }: DescribeTargetHealthCommandOutput): TargetHealthAnswer {
  if (TargetHealthDescriptions === undefined) {
    throw new ApiError('bad-response', 'DescribeTargetHealth', 'the answer has no TargetHealthDescriptions');
  }
  const targets = TargetHealthDescriptions.map(({ Target, TargetHealth }): TargetHealth => {
    // The SDK makes NaN of a port that is no number.
    if (Target?.Id === undefined || Target.Port === undefined || Number.isNaN(Target.Port)) {
      throw new ApiError('bad-response', 'DescribeTargetHealth', 'a target has no Id or no Port');
    }
    return { ip: Target.Id, port: Target.Port, state: TargetHealth?.State ?? 'unknown', reason: TargetHealth?.Reason };
  });
  return { kind: 'targets', targets };
}

/** The load balancer's ARN tells its kind; a group without one, its protocol. */
export function loadBalancerOf({ LoadBalancerArns, Protocol }: TargetGroup): LoadBalancerKind | undefined {
  const [arn] = LoadBalancerArns ?? [];
  if (arn?.includes(':loadbalancer/app/') === true) return 'alb';
  if (arn?.includes(':loadbalancer/net/') === true) return 'nlb';
  if (Protocol === undefined || Protocol === 'GENEVE') return undefined;
  return Protocol === 'HTTP' || Protocol === 'HTTPS' ? 'alb' : 'nlb';
}
