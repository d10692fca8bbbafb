import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { ApiError } from '../core/errors.ts';
import type { Clock } from '../core/ports.ts';
import { type AssumedRole, parseTargetGroupArn, type TargetGroupRef } from '../core/target.ts';
import { callWithin } from '../core/timeout.ts';
import { assumeRole } from './assume-role.ts';
import { CLIENT_PLUGINS } from './client-plugins.ts';
import { toAwsError } from './errors.ts';

const CONNECTION_TIMEOUT_MS = 2_000;
const REQUEST_TIMEOUT_MS = 4_000;
/** Ends what the two above do not: fetching credentials, or an answer that never ends. */
const CALL_TIMEOUT_MS = 6_000;

/** Of every client: one request a call, no retries, because the caller alone decides the rate. */
export const CLIENT_OPTIONS = {
  maxAttempts: 1,
  requestHandler: {
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    // Without this the SDK only warns when the time is over.
    throwOnRequestTimeout: true,
  },
};

export interface ClientsOptions {
  readonly clock: Clock;
  /** For target groups that are given by name. */
  readonly region: string | undefined;
}

type Send<T> = (client: ElasticLoadBalancingV2Client, options: { readonly abortSignal: AbortSignal }) => Promise<T>;

/** A call to ELBv2 with the client of the group's Region and role; rejects with an ApiError, and soon after an abort. */
export type CallElbv2 = <T>(group: TargetGroupRef, operation: string, signal: AbortSignal, send: Send<T>) => Promise<T>;

/** Clients of ELBv2, one for each Region and role. */
export function createElbv2({ clock, region }: ClientsOptions): CallElbv2 {
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

  return (group, operation, signal, send) =>
    callAws(clock, operation, signal, async (abortSignal) => send(await clientFor(group, operation), { abortSignal }));
}

/** One call to AWS that certainly ends; it rejects with an ApiError. */
export async function callAws<T>(
  clock: Clock,
  operation: string,
  signal: AbortSignal,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  try {
    return await callWithin(CALL_TIMEOUT_MS, clock, signal, operation, call);
  } catch (error) {
    throw toAwsError(error, operation);
  }
}

async function makeClient(region: string, role: AssumedRole | undefined): Promise<ElasticLoadBalancingV2Client> {
  const client = new ElasticLoadBalancingV2Client({
    region,
    ...CLIENT_OPTIONS,
    ...(role === undefined ? {} : { credentials: await assumeRole(role, region) }),
  });
  for (const plugin of CLIENT_PLUGINS) client.middlewareStack.use(plugin);
  return client;
}
