import { DescribeTargetHealthCommand, ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { virtualClock } from '../../sim/virtual-clock.ts';
import { createLoadBalancers } from '../../src/aws/load-balancers.ts';
import { ApiError, type ApiErrorKind } from '../../src/core/errors.ts';
import { groupRef, NEVER } from '../support/aws.ts';

const ARN = 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/0123456789abcdef';

const elbv2 = mockClient(ElasticLoadBalancingV2Client);

beforeEach(() => void elbv2.reset());
afterAll(() => elbv2.restore());

/** The ApiError that an error of the SDK becomes. Absent `status`: there was no HTTP answer. */
async function failureFor(error: Error & { readonly code?: string }, status?: number): Promise<ApiError> {
  const metadata = { $metadata: status === undefined ? {} : { httpStatusCode: status } };
  elbv2.on(DescribeTargetHealthCommand).rejects(Object.assign(error, metadata));
  const adapter = createLoadBalancers({ clock: virtualClock(), region: undefined });
  const failure: unknown = await adapter.describeTargetHealth(groupRef(ARN), 'all', NEVER).catch((thrown) => thrown);
  expect(failure).toBeInstanceOf(ApiError);
  return failure as ApiError;
}

function named(name: string, fields: { readonly code?: string } = {}): Error & { readonly code?: string } {
  return Object.assign(new Error('said by AWS'), { name }, fields);
}

test.each<readonly [ApiErrorKind, readonly string[]]>([
  [
    'throttled',
    [
      'Throttling',
      'ThrottlingException',
      'ThrottledException',
      'RequestThrottled',
      'RequestThrottledException',
      'RequestLimitExceeded',
      'TooManyRequests',
      'TooManyRequestsException',
      'SlowDown',
      'PriorRequestNotComplete',
    ],
  ],
  [
    'denied',
    [
      'AccessDenied',
      'AccessDeniedException',
      'AuthFailure',
      'CredentialsProviderError',
      'ExpiredToken',
      'ExpiredTokenException',
      'IncompleteSignature',
      'InvalidClientTokenId',
      'InvalidIdentityToken',
      'InvalidIdentityTokenException',
      'InvalidSignatureException',
      'MissingAuthenticationToken',
      'NotAuthorized',
      'OptInRequired',
      'RequestExpired',
      'SignatureDoesNotMatch',
      'TokenRefreshRequired',
      'UnauthorizedOperation',
      'UnrecognizedClientException',
    ],
  ],
  ['bad-response', ['ValidationError', 'InvalidAction', 'SomethingNew']],
])('with HTTP 400 these are %s: %j', async (kind, names) => {
  for (const name of names) expect([name, (await failureFor(named(name), 400)).kind]).toEqual([name, kind]);
});

test.each<readonly [string, string, number | undefined, ApiErrorKind]>([
  ['a throttle that comes as a server error', 'Throttling', 503, 'throttled'],
  ['a status that says it without a name', 'Unknown', 429, 'throttled'],
  ['a missing login that has no name', 'Unknown', 401, 'denied'],
  ['a refusal that has no name', 'Unknown', 403, 'denied'],
  ['a failure of AWS', 'InternalFailure', 500, 'unreachable'],
  ['an outage', 'ServiceUnavailable', 503, 'unreachable'],
  ['an answer that cannot be parsed', 'Error', 200, 'bad-response'],
  ['no answer at all', 'Error', undefined, 'unreachable'],
])('%s (%s, HTTP %s) is %s', async (_, name, status, kind) => {
  expect((await failureFor(named(name), status)).kind).toBe(kind);
});

test.each([
  ['ECONNREFUSED', undefined],
  ['ENOTFOUND', undefined],
  ['CERT_HAS_EXPIRED', undefined],
  // A connection that breaks in the middle of a good answer.
  ['ECONNRESET', 200],
  ['UND_ERR_SOCKET', 200],
] as const)('the network failure %s with HTTP %s is unreachable', async (code, status) => {
  expect((await failureFor(named('Error', { code }), status)).kind).toBe('unreachable');
});

describe('the message', () => {
  test('names the call and the error, and keeps to its first line', async () => {
    const { message, operation } = await failureFor(Object.assign(new Error('one\ntwo'), { name: 'Odd' }), 400);
    expect([operation, message]).toEqual(['DescribeTargetHealth', 'DescribeTargetHealth: Odd: one']);
  });

  test('of a refusal says what to allow', async () => {
    const { message } = await failureFor(named('AccessDenied'), 403);
    expect(message).toContain('said by AWS');
    expect(message).toContain('allow elasticloadbalancing:DescribeTargetHealth on Resource "*"');
  });

  test('of missing credentials says where they come from', async () => {
    const { message } = await failureFor(named('CredentialsProviderError'));
    expect(message).toContain('EKS Pod Identity or IRSA');
  });

  test('of several addresses that fail names that of each', async () => {
    const refused = ['10.0.0.1', '10.0.0.2'].map((address) => new Error(`connect ECONNREFUSED ${address}:443`));
    const failure = await failureFor(Object.assign(new AggregateError(refused), { code: 'ECONNREFUSED' }));
    expect(failure.kind).toBe('unreachable');
    expect(failure.message).toContain('10.0.0.1:443, Error: connect ECONNREFUSED 10.0.0.2:443');
  });
});
