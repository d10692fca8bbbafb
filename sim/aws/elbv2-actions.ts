import { AwsError } from './aws-error.ts';
import type { Elbv2 } from './elbv2.ts';
import { type Action, type Call, type Caller, members } from './query-protocol.ts';
import type { TargetGroup } from './target-group.ts';
import { describeAttributes, describeGroup } from './target-group-description.ts';
import type { Target } from './targets.ts';

/** The most that DescribeTargetGroups returns in one page. */
const largestPage = 400;

export function createElbv2Actions(elbv2: Elbv2): Readonly<Record<string, Action>> {
  function groupAt(arn: string, caller: Caller): TargetGroup {
    const group = elbv2.targetGroups().find((one) => one.arn === arn);
    // An endpoint knows nothing of another Region: a client that ignores the Region of the ARN must fail here.
    if (group === undefined || group.region !== caller.region) throw notFound();
    if (group.account !== caller.account) {
      throw new AwsError('AccessDenied', `Not authorized to access the resource: ${arn}`, 403);
    }
    return group;
  }

  function askedGroup({ params }: Call, caller: Caller): TargetGroup {
    const arn = params.get('TargetGroupArn');
    if (arn === null) throw new AwsError('ValidationError', 'A target group ARN must be specified');
    return groupAt(arn, caller);
  }

  function selectGroups({ params }: Call, caller: Caller): readonly TargetGroup[] {
    const text = (key: string) => params.get(key) ?? undefined;
    const arns = members('TargetGroupArns', text);
    if (arns.length > 0) return arns.map((arn) => groupAt(arn, caller));
    const { account, region } = caller;
    const visible = elbv2.targetGroups().filter((group) => group.account === account && group.region === region);
    const names = members('Names', text);
    if (names.length === 0) return visible;
    return names.map((name) => visible.find((group) => group.name === name) ?? fail(notFound()));
  }

  return {
    DescribeTargetHealth(call, caller) {
      const group = askedGroup(call, caller);
      return {
        TargetHealthDescriptions: elbv2
          .describeTargetHealth(group.arn, askedTargets(call))
          .map(({ target, health }) => ({
            Target: { Id: target.id, Port: target.port },
            HealthCheckPort: target.port,
            TargetHealth: { State: health.state, Reason: health.reason },
          })),
      };
    },
    DescribeTargetGroups(call, caller) {
      const selected = selectGroups(call, caller);
      // The marker is the position of the next page's first group.
      const from = Number(call.params.get('Marker') ?? 0);
      const to = from + Number(call.params.get('PageSize') ?? largestPage);
      return {
        TargetGroups: selected.slice(from, to).map(describeGroup),
        NextMarker: to < selected.length ? to : undefined,
      };
    },
    DescribeTargetGroupAttributes(call, caller) {
      return { Attributes: describeAttributes(askedGroup(call, caller)) };
    },
    RegisterTargets(call, caller) {
      elbv2.registerTargets(askedGroup(call, caller).arn, askedTargets(call));
      return {};
    },
    DeregisterTargets(call, caller) {
      elbv2.deregisterTargets(askedGroup(call, caller).arn, askedTargets(call));
      return {};
    },
  };
}

function askedTargets({ params }: Call): readonly Target[] {
  return members('Targets', (key) => {
    const id = params.get(`${key}.Id`);
    const port = params.get(`${key}.Port`);
    if (id === null) return undefined;
    return port === null ? { id } : { id, port: Number(port) };
  });
}

function notFound(): AwsError {
  return new AwsError('TargetGroupNotFound', 'One or more target groups not found');
}

function fail(error: AwsError): never {
  throw error;
}
