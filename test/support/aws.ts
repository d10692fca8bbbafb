import { vi } from 'vitest';
import { type AwsApi, startAwsApi } from '../../sim/aws/api.ts';
import { createElbv2, type Elbv2 } from '../../sim/aws/elbv2.ts';
import type { Role } from '../../sim/aws/sts.ts';
import { createTokenBucket } from '../../sim/aws/token-bucket.ts';
import { scaledClock } from '../../sim/clock.ts';
import { createFaults, type Faults } from '../../sim/faults.ts';
import { createTimeline } from '../../sim/timeline.ts';
import { type VirtualClock, virtualClock } from '../../sim/virtual-clock.ts';
import { createLoadBalancers } from '../../src/aws/load-balancers.ts';
import type { LoadBalancers } from '../../src/core/ports.ts';
import type { AssumedRole, TargetGroupRef } from '../../src/core/target.ts';

/** A signal that is never aborted. */
export const NEVER: AbortSignal = new AbortController().signal;

export interface TestAws {
  /** The adapter's. It stands still: no call runs out of time unless the test advances it. */
  readonly clock: VirtualClock;
  readonly elbv2: Elbv2;
  readonly faults: Faults;
  readonly api: AwsApi;
  /** The adapter, with the Region eu-west-1 for names. */
  readonly loadBalancers: LoadBalancers;
  close(): Promise<void>;
}

/** An embedded ELBv2 and STS, and the adapter pointed to them by the standard variables. Undone by `vi.unstubAllEnvs()`. */
export async function startAws({ roles = [] }: { readonly roles?: readonly Role[] } = {}): Promise<TestAws> {
  const clock = virtualClock();
  const realClock = scaledClock(1);
  const elbv2 = createElbv2({ clock: realClock, timeline: createTimeline(realClock) });
  const faults = createFaults(realClock);
  const bucket = createTokenBucket({ clock: realClock, size: Number.POSITIVE_INFINITY, refillPerSecond: 0 });
  const api = await startAwsApi({ elbv2, clock: realClock, faults, bucket, roles });
  stubAwsEnvironment(api.url);
  return {
    clock,
    elbv2,
    faults,
    api,
    loadBalancers: createLoadBalancers({ clock, region: 'eu-west-1' }),
    async close() {
      elbv2.close();
      await api.close();
    },
  };
}

/** What the SDK reads of its environment: this endpoint, made-up credentials, and nothing of whoever runs the tests. */
function stubAwsEnvironment(endpoint: string): void {
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) vi.stubEnv(name, undefined);
  vi.stubEnv('AWS_CONFIG_FILE', '/nonexistent');
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nonexistent');
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  vi.stubEnv('AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2', endpoint);
  vi.stubEnv('AWS_ENDPOINT_URL_STS', endpoint);
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAOWN');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret-of-nobody');
}

export function groupRef(arn: string, role?: AssumedRole): TargetGroupRef & { readonly arn: string } {
  return { arn, name: undefined, loadBalancer: undefined, role };
}

export function namedGroup(name: string): TargetGroupRef {
  return { arn: undefined, name, loadBalancer: undefined, role: undefined };
}
