import { DescribeTargetGroupAttributesCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { ApiError } from '../core/errors.ts';
import type { Account } from '../doctor/collect/ports.ts';
import { CLIENT_PLUGINS } from './client-plugins.ts';
import { CLIENT_OPTIONS, type ClientsOptions, callAws, createElbv2 } from './clients.ts';
import { CALLER_IDENTITY } from './errors.ts';
import { findTargetGroup, loadBalancerOf, loadBalancersBy } from './load-balancers.ts';

/** Everything that doctor asks of AWS, with the credentials of whoever runs it, or of the role that a target group asks for. */
export function createAccount(options: ClientsOptions): Account {
  const call = createElbv2(options);
  return {
    async identify(signal) {
      const sts = new STSClient({
        ...CLIENT_OPTIONS,
        ...(options.region === undefined ? {} : { region: options.region }),
      });
      for (const plugin of CLIENT_PLUGINS) sts.middlewareStack.use(plugin);
      const { Account, Arn } = await callAws(options.clock, CALLER_IDENTITY, signal, (abortSignal) =>
        sts.send(new GetCallerIdentityCommand({}), { abortSignal }),
      );
      if (Account === undefined || Arn === undefined) {
        throw new ApiError('bad-response', CALLER_IDENTITY, 'the answer has no Account or no Arn');
      }
      return { account: Account, arn: Arn };
    },

    async describeTargetGroup(group, signal) {
      const found = await findTargetGroup(call, group, signal);
      const loadBalancer = loadBalancerOf(found);
      return {
        arn: found.TargetGroupArn,
        targetType: found.TargetType ?? 'instance',
        protocol: found.Protocol,
        ipAddressType: found.IpAddressType,
        loadBalancerArns: found.LoadBalancerArns ?? [],
        ...(loadBalancer === undefined ? {} : { loadBalancer }),
      };
    },

    describeTargetHealth: loadBalancersBy(call).describeTargetHealth,

    async deregistrationDelayMs(group, signal) {
      const operation = 'DescribeTargetGroupAttributes';
      const command = new DescribeTargetGroupAttributesCommand({ TargetGroupArn: group.arn });
      const { Attributes } = await call(group, operation, signal, (client, abort) => client.send(command, abort));
      const found = Attributes?.find(({ Key }) => Key === 'deregistration_delay.timeout_seconds');
      if (found?.Value !== undefined && /^\d+$/.test(found.Value)) return Number(found.Value) * 1_000;
      throw new ApiError('bad-response', operation, 'the answer has no deregistration delay');
    },
  };
}
