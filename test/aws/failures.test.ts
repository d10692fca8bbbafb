import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Fault } from '../../sim/faults.ts';
import { listen } from '../../sim/http.ts';
import { ApiError, type ApiErrorKind } from '../../src/core/errors.ts';
import type { LoadBalancers } from '../../src/core/ports.ts';
import { groupRef, NEVER, namedGroup, startAws, type TestAws } from '../support/aws.ts';

const CALL_TIMEOUT_MS = 6_000;
const WEB = { ip: '10.0.0.7', port: 8080 };
const ROLE = { arn: 'arn:aws:iam::999999999999:role/target-health', externalId: 'shop' };

let aws: TestAws;
let arn: string;

beforeEach(async () => {
  aws = await startAws({ roles: [ROLE] });
  arn = aws.elbv2.createTargetGroup({ name: 'web', loadBalancer: 'alb' }).arn;
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await aws.close();
});

const health = (signal: AbortSignal = NEVER) => aws.loadBalancers.describeTargetHealth(groupRef(arn), [WEB], signal);

/** Both calls of the port, and one that needs a role first. */
const CALLS: readonly (readonly [
  operation: string,
  call: (adapter: LoadBalancers, signal: AbortSignal) => Promise<unknown>,
])[] = [
  ['DescribeTargetHealth', (adapter, signal) => adapter.describeTargetHealth(groupRef(arn), [WEB], signal)],
  ['DescribeTargetGroups', (adapter, signal) => adapter.describeTargetGroup(namedGroup('web'), signal)],
  ['AssumeRole', (adapter, signal) => adapter.describeTargetHealth(groupRef(arn, ROLE), [WEB], signal)],
];

async function failureOf(call: Promise<unknown>): Promise<ApiError> {
  const failure: unknown = await call.then(
    () => expect.unreachable('the call has not failed'),
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(ApiError);
  return failure as ApiError;
}

function requestsReached(count: number): Promise<void> {
  return vi.waitFor(() => expect(aws.api.requests).toHaveLength(count), { timeout: 20_000, interval: 5 });
}

const FAULTS: readonly (readonly [Fault, ApiErrorKind])[] = [
  [{ kind: 'status', status: 400, code: 'Throttling' }, 'throttled'],
  [{ kind: 'status', status: 400, code: 'ThrottlingException' }, 'throttled'],
  [{ kind: 'status', status: 400, code: 'RequestLimitExceeded' }, 'throttled'],
  [{ kind: 'status', status: 429, code: 'TooManyRequests' }, 'throttled'],
  [{ kind: 'status', status: 403, code: 'AccessDenied' }, 'denied'],
  [{ kind: 'status', status: 403, code: 'ExpiredToken' }, 'denied'],
  [{ kind: 'status', status: 400, code: 'ValidationError' }, 'bad-response'],
  [{ kind: 'status', status: 500 }, 'unreachable'],
  [{ kind: 'status', status: 503, code: 'ServiceUnavailable' }, 'unreachable'],
  [{ kind: 'reset' }, 'unreachable'],
  [{ kind: 'garbage' }, 'bad-response'],
  [{ kind: 'truncate' }, 'unreachable'],
];

describe('a call that fails', () => {
  test.each(FAULTS)('is one request, without a retry: %j is %s', async (fault, kind) => {
    aws.faults.add({ fault });
    expect(await failureOf(health())).toMatchObject({ kind, operation: 'DescribeTargetHealth' });
    expect(aws.api.requests).toHaveLength(1);
  });

  test('is one request whatever the environment says of retries', async () => {
    vi.stubEnv('AWS_MAX_ATTEMPTS', '5');
    vi.stubEnv('AWS_RETRY_MODE', 'adaptive');
    aws.faults.add({ fault: { kind: 'status', status: 503 } });
    await failureOf(health());
    expect(aws.api.requests).toHaveLength(1);
  });

  test('does not spoil the next one', async () => {
    for (const [fault] of FAULTS) {
      aws.faults.add({ fault, times: 1 });
      await failureOf(health());
    }
    await expect(health()).resolves.toMatchObject({ kind: 'targets' });
  });

  test('because nobody listens is unreachable', async () => {
    const server = await listen(() => {});
    await server.close();
    vi.stubEnv('AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2', server.url);
    const failure = await failureOf(health());
    expect(failure.kind).toBe('unreachable');
    expect(failure.message).toContain('ECONNREFUSED');
  });

  test('because the endpoint has no address is unreachable', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2', 'http://no-such-host.invalid');
    const failure = await failureOf(health());
    expect(failure.kind).toBe('unreachable');
    expect(failure.message).toMatch(/ENOTFOUND|EAI_AGAIN/);
  });
});

describe('a call that hangs', () => {
  test.each(CALLS)('is given up after 6 s, and not repeated: %s', async (action, call) => {
    aws.faults.add({ fault: { kind: 'hang' } });
    const failed = failureOf(call(aws.loadBalancers, NEVER));
    await requestsReached(1);
    await aws.clock.advance(CALL_TIMEOUT_MS);
    const failure = await failed;
    expect(failure.kind).toBe('unreachable');
    expect(failure.message).toContain('no answer within 6000 ms');
    expect(aws.api.requests).toMatchObject([{ action }]);
  });

  test.each([
    ['not begun', ''],
    ['begun', '<DescribeTargetHealthResponse>'],
  ])('is given up where the answer has %s, and its connection closed', async (_, start) => {
    const asked = Promise.withResolvers<void>();
    const closed = Promise.withResolvers<void>();
    const server = await listen((request, response) => {
      response.once('close', closed.resolve);
      if (start !== '') response.writeHead(200, { 'content-type': 'text/xml' }).write(start);
      request.resume().once('end', asked.resolve);
    });
    vi.stubEnv('AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2', server.url);
    const failed = failureOf(health());
    await asked.promise;
    await aws.clock.advance(CALL_TIMEOUT_MS);
    expect((await failed).kind).toBe('unreachable');
    await closed.promise;
    await server.close();
  });

  test('does not spoil the next one', async () => {
    aws.faults.add({ fault: { kind: 'hang' }, times: 1 });
    const failed = failureOf(health());
    await requestsReached(1);
    await aws.clock.advance(CALL_TIMEOUT_MS);
    await failed;
    await expect(health()).resolves.toMatchObject({ kind: 'targets' });
  });
});

// The clock stands still and a hanging request would never end: each of these would run into the test's own time limit.
// An unhandled rejection of what was left behind fails the whole run.
describe('an abort', () => {
  test.each(CALLS)('ends a hanging call at once: %s', async (action, call) => {
    aws.faults.add({ fault: { kind: 'hang' } });
    const abort = new AbortController();
    const failed = failureOf(call(aws.loadBalancers, abort.signal));
    await requestsReached(1);
    abort.abort();
    expect((await failed).kind).toBe('unreachable');
    expect(aws.api.requests).toMatchObject([{ action }]);
  });

  test.each(CALLS)('before the call leaves AWS alone: %s', async (_, call) => {
    expect((await failureOf(call(aws.loadBalancers, AbortSignal.abort()))).kind).toBe('unreachable');
    expect(aws.api.requests).toEqual([]);
  });
});
