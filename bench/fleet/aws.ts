import { createElbv2, type Elbv2 } from '../../sim/aws/elbv2.ts';
import { createElbv2Caller, type Elbv2Caller } from '../../sim/aws/elbv2-caller.ts';
import { isThrottled } from '../../sim/aws/refusal.ts';
import { createTokenBucket } from '../../sim/aws/token-bucket.ts';
import type { Timeline } from '../../sim/timeline.ts';
import { ApiError } from '../../src/core/errors.ts';
import type { Clock, LoadBalancers } from '../../src/core/ports.ts';
import { type FleetPod, PORT } from './pod.ts';
import type { Scenario } from './scenario.ts';

const LATENCY_MS = 30;

export interface AwsCall {
  readonly atMs: number;
  readonly throttled: boolean;
}

/** One account: its target groups, its token bucket, and who calls. */
export interface FleetAws {
  readonly elbv2: Elbv2;
  /** ARN of the target group of each group of pods. */
  readonly arns: readonly string[];
  /** Describe* calls, of the pods and of the controller. */
  readonly podCalls: readonly AwsCall[];
  readonly controllerCalls: AwsCall[];
  readonly podCaller: Elbv2Caller;
  readonly controllerCaller: Elbv2Caller;
}

export interface FleetAwsOptions {
  readonly clock: Clock;
  readonly timeline: Timeline;
  readonly scenario: Scenario;
  /** The time of a call. */
  readonly atMs: () => number;
}

export function createAws({ clock, timeline, scenario, atMs }: FleetAwsOptions): FleetAws {
  const { groups, loadBalancer, bucket: limit } = scenario;
  const elbv2 = createElbv2({ clock, timeline });
  const bucket = createTokenBucket({ clock, ...limit });
  const podCalls: AwsCall[] = [];
  const controllerCalls: AwsCall[] = [];

  function callerInto(calls: AwsCall[]): Elbv2Caller {
    return createElbv2Caller({
      elbv2,
      clock,
      bucket,
      latencyMs: LATENCY_MS,
      onCall: ({ action, throttled }) => {
        if (action.startsWith('Describe')) calls.push({ atMs: atMs(), throttled });
      },
    });
  }

  return {
    elbv2,
    arns: Array.from(
      { length: groups },
      (_, group) => elbv2.createTargetGroup({ name: `web-${group}`, loadBalancer }).arn,
    ),
    podCalls,
    controllerCalls,
    podCaller: callerInto(podCalls),
    controllerCaller: callerInto(controllerCalls),
  };
}

/** Whether the pod's target still is what it was before its end, already draining, or gone. Rejects with an AwsError. */
export async function describeTarget(
  pod: FleetPod,
  arn: string,
  caller: Elbv2Caller,
): Promise<'registered' | 'draining' | 'gone'> {
  pod.calls += 1;
  const [found] = await caller.describeTargetHealth(arn, [{ id: pod.ip, port: PORT }]);
  if (found?.health.state === 'draining') return 'draining';
  return found?.health.state === 'unused' ? 'gone' : 'registered';
}

/** ELBv2 as the core sees it, with this pod's calls counted. */
export function createLoadBalancers(caller: Elbv2Caller, pod: FleetPod): LoadBalancers {
  return {
    async describeTargetHealth({ arn }, addresses) {
      pod.calls += 1;
      const asked = addresses === 'all' ? [] : addresses.map(({ ip, port }) => ({ id: ip, port }));
      try {
        const found = await caller.describeTargetHealth(arn, asked);
        const targets = found.map(({ target, health }) => ({
          ip: target.id,
          port: target.port,
          state: health.state,
          reason: health.reason,
        }));
        return { kind: 'targets', targets };
      } catch (error) {
        throw toApiError(error);
      }
    },
    describeTargetGroup: () => Promise.reject(new Error('the bindings tell all there is to know')),
  };
}

function toApiError(error: unknown): unknown {
  if (!isThrottled(error)) return error;
  return new ApiError('throttled', 'DescribeTargetHealth', error.message, error);
}
