import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { listen } from '../../sim/http.ts';
import { virtualClock } from '../../sim/virtual-clock.ts';
import type { ApiError } from '../../src/core/errors.ts';
import type { Cluster } from '../../src/core/ports.ts';
import { createApiClient } from '../../src/kubernetes/api-client.ts';
import { createCluster } from '../../src/kubernetes/cluster.ts';
import { groupRef, NEVER, startAws } from '../support/aws.ts';
import { serve } from '../support/kubernetes.ts';
import { ALB_ARN, POD } from '../support/world.ts';
import { OBJECTS } from './kubernetes-objects.ts';
import { MIB, sendLong } from './long-answer.ts';

/** What fits into the buffers of both ends of a connection that nobody reads from any more. */
const ON_THE_WAY = 8 * MIB;

afterEach(() => vi.unstubAllEnvs());

async function failureOf(call: Promise<unknown>): Promise<ApiError> {
  return (await call.then(
    () => expect.unreachable('the call has not failed'),
    (error: unknown) => error,
  )) as ApiError;
}

describe('an API server', () => {
  async function clusterOf(
    handle: (response: ServerResponse, requests: number) => void,
  ): Promise<{ cluster: Cluster; requests: () => number }> {
    let requests = 0;
    const server = await serve((_, response) => {
      requests += 1;
      handle(response, requests);
    });
    onTestFinished(() => server.close());
    const cluster = createCluster(createApiClient({ clock: virtualClock(), connect: () => server.connect() }));
    return { cluster, requests: () => requests };
  }

  test.each<readonly [string, (cluster: Cluster) => Promise<unknown>]>([
    ['the pod', (cluster) => cluster.readPod(POD, NEVER)],
    ['the bindings', (cluster) => cluster.listBindings('elbv2.k8s.aws', 'shop', NEVER)],
    ['the slices', (cluster) => cluster.listEndpointSlices('shop', ['web'], NEVER)],
    ['the Service', (cluster) => cluster.readService('shop', 'web', NEVER)],
  ])('that gives 50 MB for %s is read for 8 MiB, and is not asked again', async (_, call) => {
    let sending: Promise<number> | undefined;
    const { cluster, requests } = await clusterOf((response) => {
      sending = sendLong(response, '{', 50 * MIB);
    });
    const { kind, message } = await failureOf(call(cluster));
    expect(kind).toBe('bad-response');
    expect(message).toMatch(/: the answer is longer than 8 MiB, and is not read$/);
    expect(requests()).toBe(1);
    expect(await sending).toBeLessThanOrEqual(8 * MIB + ON_THE_WAY);
  });

  const page = (items: readonly unknown[], next: string) => JSON.stringify({ metadata: { continue: next }, items });

  test('that always has a next page is asked for 100 of them', async () => {
    const { cluster, requests } = await clusterOf((response, number) => response.end(page([], `page-${number}`)));
    const { kind, message } = await failureOf(cluster.listBindings('elbv2.k8s.aws', 'shop', NEVER));
    expect(kind).toBe('bad-response');
    expect(message).toMatch(/ goes on after 100 pages and 0 MiB, and at most 100 pages and 12 MiB are read; /);
    expect(requests()).toBe(100);
  });

  test('whose pages are large ones is asked for no more than 12 MiB', async () => {
    const endpoints = Array.from({ length: 10_000 }, () => OBJECTS.slice.endpoints[0]);
    const { cluster, requests } = await clusterOf((response) =>
      response.end(page([{ ...OBJECTS.slice, endpoints }, OBJECTS.slice], 'next')),
    );
    const { kind, message } = await failureOf(cluster.listEndpointSlices('shop', ['web'], NEVER));
    expect(kind).toBe('bad-response');
    expect(message).toContain('DRAIN_WAIT_TARGET_GROUPS');
    expect(requests()).toBeLessThan(30);
  });

  test('whose last page is the hundredth is read to its end', async () => {
    const { cluster } = await clusterOf((response, number) =>
      response.end(page([OBJECTS.binding], number < 100 ? 'next' : '')),
    );
    expect(await cluster.listBindings('elbv2.k8s.aws', 'shop', NEVER)).toHaveLength(100);
  });
});

describe('ELBv2', () => {
  test.each([200, 400, 503])('that answers 50 MB with HTTP %i is read for 4 MiB', async (status) => {
    let sending: Promise<number> | undefined;
    const aws = await startAws();
    onTestFinished(() => aws.close());
    const server = await listen((_, response) => {
      response.statusCode = status;
      sending = sendLong(response, '<DescribeTargetHealthResponse>', 50 * MIB);
    });
    onTestFinished(() => server.close());
    vi.stubEnv('AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2', server.url);
    const { message } = await failureOf(aws.loadBalancers.describeTargetHealth(groupRef(ALB_ARN), 'all', NEVER));
    expect(message).toBe('DescribeTargetHealth: RangeError: the answer is longer than 4 MiB, and is not read');
    expect(await sending).toBeLessThanOrEqual(4 * MIB + ON_THE_WAY);
  });

  test('and STS are the same where a role is assumed', async () => {
    let sending: Promise<number> | undefined;
    const aws = await startAws();
    onTestFinished(() => aws.close());
    const server = await listen((_, response) => {
      sending = sendLong(response, '<AssumeRoleResponse>', 50 * MIB);
    });
    onTestFinished(() => server.close());
    vi.stubEnv('AWS_ENDPOINT_URL_STS', server.url);
    const role = { arn: 'arn:aws:iam::999999999999:role/target-health', externalId: undefined };
    const { message } = await failureOf(aws.loadBalancers.describeTargetHealth(groupRef(ALB_ARN, role), 'all', NEVER));
    expect(message).toContain('the answer is longer than 4 MiB');
    expect(await sending).toBeLessThanOrEqual(4 * MIB + ON_THE_WAY);
  });
});
