import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { listen } from '../../sim/http.ts';
import type { Listening } from '../../sim/listen.ts';
import { ApiError } from '../../src/core/errors.ts';
import type { TargetGroupDescription, TargetHealthAnswer } from '../../src/core/ports.ts';
import { groupRef, NEVER, startAws, type TestAws } from '../support/aws.ts';
import { ALB_ARN } from '../support/world.ts';
import { expectHoldKept } from './hold.ts';
import { cpuMsOf, holdsFor } from './nasty.ts';
import { isDescription, isHealth } from './shapes.ts';
import { element, spoiledXml, toXml } from './xml.ts';

const RUNS = 500;
/** Nobody thinks for longer about an answer, in ms of the processor; the server is in it, too. */
const MOST_MS = 5_000;
const NAMESPACE = 'xmlns="http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/"';

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

let aws: TestAws;
let server: Listening;
let answer: Answer;

beforeEach(async () => {
  aws = await startAws();
  server = await listen((_, response) => {
    response.writeHead(answer.status, { 'content-type': answer.type }).end(answer.body);
  });
  vi.stubEnv('AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2', server.url);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all([aws.close(), server.close()]);
});

const METADATA = element('ResponseMetadata', [element('RequestId', '00000000-0000-0000-0000-000000000000')]);

const HEALTH = element(
  'DescribeTargetHealthResponse',
  [
    element('DescribeTargetHealthResult', [
      element('TargetHealthDescriptions', [
        element('member', [
          element('HealthCheckPort', '8080'),
          element('Target', [
            element('Id', '10.1.0.7'),
            element('Port', '8080'),
            element('AvailabilityZone', 'eu-west-1a'),
          ]),
          element('TargetHealth', [
            element('State', 'draining'),
            element('Reason', 'Target.DeregistrationInProgress'),
            element('Description', 'Target deregistration is in progress'),
          ]),
        ]),
        element('member', [
          element('Target', [element('Id', '10.1.0.8'), element('Port', '8080')]),
          element('TargetHealth', [element('State', 'healthy')]),
        ]),
      ]),
    ]),
    METADATA,
  ],
  NAMESPACE,
);

const GROUPS = element(
  'DescribeTargetGroupsResponse',
  [
    element('DescribeTargetGroupsResult', [
      element('TargetGroups', [
        element('member', [
          element('TargetGroupArn', ALB_ARN),
          element('TargetGroupName', 'k8s-shop-web-alb'),
          element('Protocol', 'HTTP'),
          element('Port', '80'),
          element('TargetType', 'ip'),
          element('IpAddressType', 'ipv4'),
          element('LoadBalancerArns', [
            element(
              'member',
              'arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/k8s-shop/0123456789abcdef',
            ),
          ]),
        ]),
      ]),
    ]),
    METADATA,
  ],
  NAMESPACE,
);

const ERROR = element(
  'ErrorResponse',
  [
    element('Error', [
      element('Type', 'Sender'),
      element('Code', 'InvalidTarget'),
      element('Message', 'not registered'),
    ]),
    element('RequestId', '00000000-0000-0000-0000-000000000000'),
  ],
  NAMESPACE,
);

const CALLS = {
  DescribeTargetHealth: {
    document: HEALTH,
    isRight: isHealth,
    call: () =>
      aws.loadBalancers.describeTargetHealth(
        groupRef(ALB_ARN),
        [{ ip: '10.1.0.7', port: 8080 }],
        NEVER,
      ) as Promise<unknown>,
  },
  DescribeTargetGroups: {
    document: GROUPS,
    isRight: isDescription,
    call: () => aws.loadBalancers.describeTargetGroup(groupRef(ALB_ARN), NEVER) as Promise<unknown>,
  },
} as const;

type Operation = keyof typeof CALLS;

const OPERATIONS = Object.keys(CALLS) as readonly Operation[];

/** What the adapter makes of this answer: a value of the promised type, or an ApiError that names the call. */
async function ask(operation: Operation, given: Answer): Promise<unknown> {
  answer = given;
  const { call, isRight } = CALLS[operation];
  let result: unknown;
  const spent = await cpuMsOf(async () => {
    result = await call().catch((error: unknown) => error);
  });
  expect(spent).toBeLessThan(MOST_MS);
  if (!(result instanceof Error)) {
    expect(isRight(result), JSON.stringify(result).slice(0, 1_000)).toBe(true);
    return result;
  }
  expect(result).toBeInstanceOf(ApiError);
  expect(result.message.startsWith(`${operation}: `), result.message).toBe(true);
  expect(result.message).not.toContain('\n');
  expect(result.message.length).toBeLessThan(1_000);
  return result;
}

const good = (body: string): Answer => ({ status: 200, type: 'text/xml', body });

const answersOf = (document: ReturnType<typeof spoiledXml>): fc.Arbitrary<Answer> =>
  fc.record({
    status: fc.constantFrom(200, 200, 200, 200, 200, 200, 201, 204, 301, 400, 403, 404, 413, 429, 500, 503),
    type: fc.constantFrom('text/xml', 'text/xml', 'application/json', 'text/html; charset=utf-16', '\u00e9'),
    body: document,
  });

const errorAnswers: fc.Arbitrary<Answer> = fc.record({
  status: fc.constantFrom(400, 400, 403, 404, 429, 500, 503, 200),
  type: fc.constantFrom('text/xml', 'text/html'),
  body: spoiledXml(ERROR),
});

describe.each(OPERATIONS)('the answer of %s', (operation) => {
  const { document } = CALLS[operation];

  test('is understood as it should be', async () => {
    expect(await ask(operation, good(toXml(document)))).not.toBeInstanceOf(Error);
  });

  test('with anything in any of its elements is an error that names the call, or a value of the right type', () =>
    holdsFor(answersOf(spoiledXml(document)), RUNS, async (given) => void (await ask(operation, given))));

  test('that is an error, with anything in it, the same', () =>
    holdsFor(errorAnswers, RUNS, async (given) => void (await ask(operation, given))));
});

describe('a whole hold', () => {
  test('is kept whatever DescribeTargetHealth answers', () =>
    holdsFor(fc.oneof(answersOf(spoiledXml(HEALTH)), errorAnswers), 150, async (given) => {
      await expectHoldKept({ health: (await ask('DescribeTargetHealth', given)) as TargetHealthAnswer | Error });
    }));

  test('is kept whatever DescribeTargetGroups answers', () =>
    holdsFor(fc.oneof(answersOf(spoiledXml(GROUPS)), errorAnswers), 150, async (given) => {
      const group = (await ask('DescribeTargetGroups', given)) as TargetGroupDescription | Error;
      await expectHoldKept({ group });
    }));
});
