import type { Clock, Random } from '../../src/core/ports.ts';
import { AwsError } from '../aws/aws-error.ts';
import type { Elbv2Caller } from '../aws/elbv2-caller.ts';
import { isThrottled } from '../aws/refusal.ts';
import { createTokenBucket } from '../aws/token-bucket.ts';

// What the controller is configured with (aws-load-balancer-controller: pkg/aws/throttle/defaults.go, pkg/aws/cloud.go).
const MUTATIONS = { size: 20, refillPerSecond: 4 };
const DESCRIPTIONS = { size: 200, refillPerSecond: 50 };
const MAX_ATTEMPTS = 10;

/** From this retry on the AWS SDK for Go waits its longest time (aws-sdk-go-v2: aws/retry/jitter_backoff.go, log2 of 20 s). */
const LAST_JITTERED_RETRY = 4;
const LONGEST_BACKOFF_MS = 20_000;

export interface ControllerClientOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly elbv2: Elbv2Caller;
  /** Ends every wait; the call then fails. */
  readonly signal: AbortSignal;
}

/** The controller's client of ELBv2: limits its own rate, and tries again as the AWS SDK for Go does. */
export function createControllerClient({ clock, random, elbv2, signal }: ControllerClientOptions): Elbv2Caller {
  const mutations = createTokenBucket({ clock, ...MUTATIONS });
  const descriptions = createTokenBucket({ clock, ...DESCRIPTIONS });

  async function inTurn(limiter: typeof mutations, { refillPerSecond }: typeof MUTATIONS): Promise<void> {
    while (!limiter.take()) await clock.sleep(1_000 / refillPerSecond, signal);
  }

  async function retried<T>(call: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      if (signal.aborted) throw new Error('the controller has ended');
      try {
        return await call();
      } catch (error) {
        if (attempt === MAX_ATTEMPTS || !isPassing(error)) throw error;
        await clock.sleep(backoffMs(attempt, random), signal);
      }
    }
  }

  return {
    async describeTargetHealth(arn, asked) {
      await inTurn(descriptions, DESCRIPTIONS);
      return await retried(() => elbv2.describeTargetHealth(arn, asked));
    },
    async registerTargets(arn, targets) {
      await inTurn(mutations, MUTATIONS);
      await retried(() => elbv2.registerTargets(arn, targets));
    },
    async deregisterTargets(arn, targets) {
      await inTurn(mutations, MUTATIONS);
      await retried(() => elbv2.deregisterTargets(arn, targets));
    },
  };
}

/** How long the SDK waits before its `retry`th retry, the first being 1, in ms. */
export function backoffMs(retry: number, random: Random): number {
  return retry > LAST_JITTERED_RETRY ? LONGEST_BACKOFF_MS : random() * 2 ** retry * 1_000;
}

function isPassing(error: unknown): boolean {
  return isThrottled(error) || (error instanceof AwsError && error.status >= 500);
}
