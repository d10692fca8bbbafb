import type { Clock } from '../../src/core/ports.ts';
import type { Faults } from '../faults.ts';
import { AwsError } from './aws-error.ts';
import type { Elbv2 } from './elbv2.ts';
import { isThrottled, refusal } from './refusal.ts';
import type { Target, TargetDescription } from './targets.ts';
import type { TokenBucket } from './token-bucket.ts';

/** ELBv2 as somebody meets it who calls from this process: like the HTTP API, only without the HTTP. Rejects with an AwsError. */
export interface Elbv2Caller {
  describeTargetHealth(arn: string, asked?: readonly Target[]): Promise<readonly TargetDescription[]>;
  registerTargets(arn: string, targets: readonly Target[]): Promise<void>;
  deregisterTargets(arn: string, targets: readonly Target[]): Promise<void>;
}

export interface Elbv2CallerOptions {
  readonly elbv2: Elbv2;
  readonly clock: Clock;
  /** The account's, shared with everybody who calls Describe* actions. */
  readonly bucket: TokenBucket;
  /** Those of the HTTP API. Absent: none. */
  readonly faults?: Faults;
  /** How long a call takes, in simulated ms. Absent: no time. */
  readonly latencyMs?: number;
  /** Told of each call. */
  readonly onCall?: (call: { readonly action: string; readonly throttled: boolean }) => void;
}

/** How long the SDKs wait for an answer that does not come. */
const NO_ANSWER_MS = 30_000;

export function createElbv2Caller(options: Elbv2CallerOptions): Elbv2Caller {
  const { elbv2, clock, bucket, faults, latencyMs = 0, onCall = () => {} } = options;

  async function call<T>(action: string, act: () => T): Promise<T> {
    if (latencyMs > 0) await clock.sleep(latencyMs);
    try {
      await spoil(action);
      if (action.startsWith('Describe') && !bucket.take()) throw new AwsError('Throttling', 'Rate exceeded');
      const result = act();
      onCall({ action, throttled: false });
      return result;
    } catch (error) {
      onCall({ action, throttled: isThrottled(error) });
      throw error;
    }
  }

  /** Does to this call what a planted fault does to a request. */
  async function spoil(action: string): Promise<void> {
    const fault = faults?.take(action);
    switch (fault?.kind) {
      case undefined:
        return;
      case 'status':
        throw refusal(fault.status, fault.code);
      case 'slow':
        return await clock.sleep(fault.ms);
      case 'hang':
        await clock.sleep(NO_ANSWER_MS);
        throw new AwsError('RequestTimeout', 'no answer', 503);
      default:
        throw new AwsError('RequestFailure', 'the answer cannot be read', 503);
    }
  }

  return {
    describeTargetHealth: (arn, asked) => call('DescribeTargetHealth', () => elbv2.describeTargetHealth(arn, asked)),
    registerTargets: (arn, targets) => call('RegisterTargets', () => elbv2.registerTargets(arn, targets)),
    deregisterTargets: (arn, targets) => call('DeregisterTargets', () => elbv2.deregisterTargets(arn, targets)),
  };
}
