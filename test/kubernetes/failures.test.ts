import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Fault } from '../../sim/faults.ts';
import { pod } from '../../sim/kubernetes/builders.ts';
import { ApiError, type ApiErrorKind } from '../../src/core/errors.ts';
import type { Cluster } from '../../src/core/ports.ts';
import { createApiClient } from '../../src/kubernetes/api-client.ts';
import { createCluster } from '../../src/kubernetes/cluster.ts';
import { toKubernetesError } from '../../src/kubernetes/errors.ts';
import {
  type ConnectOptions,
  NEVER,
  serve,
  startKubernetes,
  type TestKubernetes,
  type TestServer,
  TOKEN,
  WEB_1,
} from '../support/kubernetes.ts';

const CALL_TIMEOUT_MS = 5_000;
/** Of one read with all its retries. */
const READ_TIMEOUT_MS = 6_000;

/** Every call of the port. */
const CALLS: readonly (readonly [
  operation: string,
  call: (cluster: Cluster, signal: AbortSignal) => Promise<unknown>,
])[] = [
  ['get pods', (cluster, signal) => cluster.readPod(WEB_1, signal)],
  [
    'list targetgroupbindings.elbv2.k8s.aws',
    (cluster, signal) => cluster.listBindings('elbv2.k8s.aws', 'default', signal),
  ],
  [
    'list targetgroupbindings.eks.amazonaws.com',
    (cluster, signal) => cluster.listBindings('eks.amazonaws.com', 'default', signal),
  ],
  ['list endpointslices.discovery.k8s.io', (cluster, signal) => cluster.listEndpointSlices('default', ['web'], signal)],
  ['get services', (cluster, signal) => cluster.readService('default', 'web', signal)],
];

let kubernetes: TestKubernetes;

beforeEach(async () => {
  kubernetes = await startKubernetes();
  kubernetes.store.put(pod({ name: 'web-1' }));
});

afterEach(() => kubernetes.close());

const readPod = (signal: AbortSignal = NEVER) => kubernetes.cluster.readPod(WEB_1, signal);

/** The ApiError that the call ends with. Whatever it is, it does not give the token away. */
async function failureOf(call: Promise<unknown>): Promise<ApiError> {
  const failure: unknown = await call.then(
    () => expect.unreachable('the call has not failed'),
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(ApiError);
  expect((failure as ApiError).message).not.toContain(TOKEN);
  return failure as ApiError;
}

function requestsReached(count: number): Promise<void> {
  return vi.waitFor(() => expect(kubernetes.api.requests).toHaveLength(count), { timeout: 20_000, interval: 5 });
}

describe('a passing error', () => {
  const faults: readonly (readonly [Fault, ApiErrorKind])[] = [
    [{ kind: 'status', status: 500 }, 'unreachable'],
    [{ kind: 'status', status: 503 }, 'unreachable'],
    [{ kind: 'status', status: 429 }, 'throttled'],
    [{ kind: 'garbage' }, 'bad-response'],
    [{ kind: 'truncate' }, 'unreachable'],
    [{ kind: 'reset' }, 'unreachable'],
  ];

  test.each(faults)('is not seen where it comes once: %j', async (fault) => {
    kubernetes.faults.add({ fault, times: 1 });
    await expect(readPod()).resolves.toMatchObject({ ips: ['10.1.0.7'] });
    expect(kubernetes.api.requests).toHaveLength(2);
  });

  test.each(faults)('ends the call after two retries where it stays: %j is %s', async (fault, kind) => {
    kubernetes.faults.add({ fault });
    const { operation, kind: seen } = await failureOf(readPod());
    expect({ operation, seen }).toEqual({ operation: 'get pods', seen: kind });
    expect(kubernetes.api.requests).toHaveLength(3);
  });
});

describe('an error that stays', () => {
  test.each([
    ['get pods', '{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }'],
    [
      'list targetgroupbindings.elbv2.k8s.aws',
      '{ apiGroups: ["elbv2.k8s.aws"], resources: ["targetgroupbindings"], verbs: ["list"] }',
    ],
    [
      'list targetgroupbindings.eks.amazonaws.com',
      '{ apiGroups: ["eks.amazonaws.com"], resources: ["targetgroupbindings"], verbs: ["list"] }',
    ],
    [
      'list endpointslices.discovery.k8s.io',
      '{ apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["list"] }',
    ],
    ['get services', '{ apiGroups: [""], resources: ["services"], verbs: ["get"] }'],
  ])('names the rule that is missing for %s', async (operation, rule) => {
    const [verb, resource = ''] = operation.split(' ');
    kubernetes.api.deny(resource, verb);
    const call = CALLS.find(([name]) => name === operation)?.[1];
    const failure = await failureOf(call?.(kubernetes.cluster, NEVER) ?? Promise.resolve());
    expect(failure).toMatchObject({ kind: 'denied', operation });
    expect(failure.message).toContain(`lacks ${rule}`);
    expect(failure.message).toContain(`cannot ${verb} resource`);
    expect(kubernetes.api.requests).toHaveLength(1);
  });

  test('of a pod that is gone is not-found, and is not retried', async () => {
    kubernetes.store.remove('Pod', 'default', 'web-1');
    const failure = await failureOf(readPod());
    expect(failure.kind).toBe('not-found');
    expect(failure.message).toBe('get pods: HTTP 404: pods "web-1" not found');
    expect(kubernetes.api.requests).toHaveLength(1);
  });

  test.each(CALLS)(
    'of a 404 that names nothing says nothing, neither of the pod nor of bindings: %s',
    async (_, call) => {
      kubernetes.faults.add({ fault: { kind: 'status', status: 404 } });
      expect((await failureOf(call(kubernetes.cluster, NEVER))).kind).toBe('bad-response');
    },
  );

  test.each([
    ['refuses connections', {}, /ECONNREFUSED/],
    ['has no address', { host: 'no-such-host.invalid' }, /ENOTFOUND|EAI_AGAIN/],
  ])('of a server that %s is unreachable, and says why', async (_, options, message) => {
    const server = await serve(() => {});
    await server.close();
    const failure = await failureOf(clusterAt(server, options).readPod(WEB_1, NEVER));
    expect(failure.kind).toBe('unreachable');
    expect(failure.message).toMatch(message);
  });

  test('of a configuration that cannot be loaded says what is missing', async () => {
    const cluster = createCluster(
      createApiClient({
        clock: kubernetes.clock,
        connect: async () => {
          throw new Error('there is no token');
        },
      }),
    );
    expect((await failureOf(cluster.readPod(WEB_1, NEVER))).message).toBe('get pods: there is no token');
  });

  test('of a token that cannot be sent does not show it', async () => {
    const server = await serve(() => {});
    const failure = await failureOf(clusterAt(server, { token: `line\n${TOKEN}` }).readPod(WEB_1, NEVER));
    await server.close();
    expect(failure.message).toContain('Invalid character in header');
  });

  test('of several addresses names that of each', () => {
    const refused = ['::1', '10.0.0.1'].map((address) => new Error(`connect ECONNREFUSED ${address}:443`));
    expect(toKubernetesError(new AggregateError(refused), 'get pods').message).toBe(
      'get pods: connect ECONNREFUSED ::1:443, connect ECONNREFUSED 10.0.0.1:443',
    );
  });
});

describe('an answer that is not one of the API', () => {
  /** What the call gets when the server gives this answer to everything. */
  async function failureAt(call: (typeof CALLS)[number][1], type: string, body: string): Promise<ApiError> {
    const server = await serve((_, response) => void response.writeHead(200, { 'content-type': type }).end(body));
    return await failureOf(call(clusterAt(server), NEVER)).finally(() => server.close());
  }

  test.each([
    ['an object of another shape', 'application/json', '{}'],
    ['nothing at all', 'application/json', 'null'],
    ['the page of a proxy', 'text/html', '<p>Please log in</p>'],
  ])('but %s, is no pod and no empty list', async (_, type, body) => {
    const calls = CALLS.filter(([operation]) => operation !== 'get services');
    const failures = await Promise.all(calls.map(([, call]) => failureAt(call, type, body)));
    expect(failures.map(({ kind }) => kind)).toEqual(calls.map(() => 'bad-response'));
  });
});

describe('a call that hangs', () => {
  test('is given up after 5 s, and the next one may do better', async () => {
    kubernetes.faults.add({ fault: { kind: 'hang' }, times: 1 });
    const reading = readPod();
    await requestsReached(1);
    await kubernetes.clock.advance(CALL_TIMEOUT_MS);
    await expect(reading).resolves.toMatchObject({ ips: ['10.1.0.7'] });
  });

  test('is unreachable after 6 s where the retry hangs as well', async () => {
    kubernetes.faults.add({ fault: { kind: 'hang' } });
    const failed = failureOf(readPod());
    await requestsReached(1);
    await kubernetes.clock.advance(CALL_TIMEOUT_MS);
    await requestsReached(2);
    await kubernetes.clock.advance(READ_TIMEOUT_MS - CALL_TIMEOUT_MS);
    const failure = await failed;
    expect(failure.kind).toBe('unreachable');
    expect(failure.message).toBe('get pods: no answer within 6000 ms');
  });

  test('is given up as well where the answer has begun, and its connection closed', async () => {
    const begun = Promise.withResolvers<void>();
    const closed = Promise.withResolvers<void>();
    const server = await serve((_, response) => {
      response.once('close', closed.resolve);
      response.writeHead(200, { 'content-type': 'application/json' }).write('{"kind":', () => begun.resolve());
    });
    const abort = new AbortController();
    const failed = failureOf(clusterAt(server).readPod(WEB_1, abort.signal));
    await begun.promise;
    await kubernetes.clock.advance(CALL_TIMEOUT_MS);
    await closed.promise;
    abort.abort();
    expect((await failed).kind).toBe('unreachable');
    await server.close();
  });
});

// The clock stands still and a hanging request would never end: each of these would run into the test's own time limit.
// An unhandled rejection of what was left behind fails the whole run.
describe('an abort', () => {
  test.each(CALLS)('ends a hanging call at once: %s', async (operation, call) => {
    kubernetes.faults.add({ fault: { kind: 'hang' } });
    const abort = new AbortController();
    const failed = failureOf(call(kubernetes.cluster, abort.signal));
    await requestsReached(1);
    abort.abort();
    expect(await failed).toMatchObject({ kind: 'unreachable', operation });
    expect(kubernetes.api.requests).toHaveLength(1);
  });

  test('before the call leaves the server alone', async () => {
    expect((await failureOf(readPod(AbortSignal.abort()))).kind).toBe('unreachable');
    expect(kubernetes.api.requests).toEqual([]);
  });

  test('between two attempts ends the pause and prevents the next one', async () => {
    const abort = new AbortController();
    kubernetes.faults.add({ fault: { kind: 'status', status: 503 } });
    let failure: ApiError | undefined;
    const failed = failureOf(readPod(abort.signal)).then((seen) => {
      failure = seen;
    });
    await requestsReached(1);
    await turns(50);
    abort.abort();
    await turns(5);
    expect(failure).toMatchObject({ kind: 'unreachable', operation: 'get pods' });
    await failed;
    expect(kubernetes.api.requests).toHaveLength(1);
  });
});

describe('a token that the server does not know', () => {
  test('is read anew once, and the call made again', async () => {
    kubernetes.faults.add({ fault: { kind: 'status', status: 401 }, times: 1 });
    await expect(readPod()).resolves.toMatchObject({ ips: ['10.1.0.7'] });
    expect([kubernetes.connects(), kubernetes.api.requests.length]).toEqual([2, 2]);
  });

  test('and that has not changed is unauthenticated after the second call', async () => {
    kubernetes.tokens.clear();
    const failure = await failureOf(readPod());
    expect(failure.kind).toBe('unauthenticated');
    expect(failure.message).toContain('HTTP 401');
    expect([kubernetes.connects(), kubernetes.api.requests.length]).toEqual([2, 2]);
  });

  test('does not spoil the calls after it', async () => {
    kubernetes.tokens.clear();
    await failureOf(readPod());
    kubernetes.tokens.add(TOKEN);
    await expect(readPod()).resolves.toMatchObject({ ips: ['10.1.0.7'] });
  });
});

/** The adapter, connected to a server that is not the embedded one. */
function clusterAt(server: TestServer, options?: ConnectOptions): Cluster {
  return createCluster(createApiClient({ clock: kubernetes.clock, connect: () => server.connect(options) }));
}

/** Lets the process do whatever is ready, so many times. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
