import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { virtualClock } from '../../sim/virtual-clock.ts';
import { ApiError } from '../../src/core/errors.ts';
import type { Binding, Cluster, EndpointSlice, OwnPod, Service, UnreadBinding } from '../../src/core/ports.ts';
import { createApiClient } from '../../src/kubernetes/api-client.ts';
import { createCluster } from '../../src/kubernetes/cluster.ts';
import { NEVER, serve, type TestServer } from '../support/kubernetes.ts';
import { POD } from '../support/world.ts';
import { type Answers, expectHoldKept, expectTargetAwaited } from './hold.ts';
import { OBJECTS, type ObjectName } from './kubernetes-objects.ts';
import { holdsFor, mistyped, nastyText, nastyValue, spoiled, toJson } from './nasty.ts';
import { isBinding, isPod, isService, isSlice, isUnreadBinding } from './shapes.ts';

const RUNS = 500;

let server: TestServer;
let cluster: Cluster;
/** What the server answers to everything. */
let body: string;

beforeEach(async () => {
  server = await serve((_, response) => void response.end(body));
  cluster = createCluster(createApiClient({ clock: virtualClock(), connect: () => server.connect() }));
});

afterEach(() => server.close());

/** Every call, with how its answer is wrapped and what it may give. */
const CALLS: Readonly<
  Record<
    ObjectName,
    {
      readonly operation: string;
      readonly call: () => Promise<unknown>;
      readonly wrap: (object: unknown) => unknown;
      readonly isRight: (value: unknown) => boolean;
    }
  >
> = {
  pod: {
    operation: 'get pods',
    call: () => cluster.readPod(POD, NEVER),
    wrap: (object) => object,
    isRight: isPod,
  },
  service: {
    operation: 'get services',
    call: () => cluster.readService('shop', 'web', NEVER),
    wrap: (object) => object,
    isRight: isService,
  },
  binding: {
    operation: 'list targetgroupbindings.elbv2.k8s.aws',
    call: () => cluster.listBindings('elbv2.k8s.aws', 'shop', NEVER),
    wrap: (object) => ({ metadata: {}, items: [object] }),
    isRight: (value) => isListOf(value, (item) => isBinding(item) || isUnreadBinding(item)),
  },
  slice: {
    operation: 'list endpointslices.discovery.k8s.io',
    call: () => cluster.listEndpointSlices('shop', ['web'], NEVER),
    wrap: (object) => ({ metadata: {}, items: [object] }),
    isRight: (value) => isListOf(value, isSlice),
  },
};

function isListOf(value: unknown, isRight: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isRight);
}

/** What the adapter makes of this answer: a value of the promised type, or an ApiError that names the call. */
async function ask(name: ObjectName, answer: string): Promise<unknown> {
  body = answer;
  const { call, operation, isRight } = CALLS[name];
  const result = await call().catch((error: unknown) => error);
  if (result instanceof Error) {
    expect(result).toBeInstanceOf(ApiError);
    expect((result as ApiError).kind).toBe('bad-response');
    expect(result.message.startsWith(`${operation}: `), result.message).toBe(true);
    expect(result.message.length).toBeLessThan(1_000);
  } else expect(isRight(result), JSON.stringify(result)).toBe(true);
  return result;
}

describe.each(Object.keys(OBJECTS) as readonly ObjectName[])('a %s', (name) => {
  const { wrap } = CALLS[name];

  test('is understood as it should be', async () => {
    expect(await ask(name, toJson(wrap(OBJECTS[name])))).not.toBeInstanceOf(Error);
  });

  test('with anything in any of its fields is an error that names the call, or a value of the right type', () =>
    holdsFor(spoiled(OBJECTS[name]), RUNS, async (object) => void (await ask(name, toJson(wrap(object))))));

  test('that is something else altogether, the same', () =>
    holdsFor(nastyValue, 4, async (object) => void (await ask(name, toJson(wrap(object))))));
});

describe('a list', () => {
  test('with anything around its items is an error or a list', () =>
    holdsFor(
      spoiled({ metadata: { continue: '', resourceVersion: '1' }, items: [OBJECTS.slice] }),
      50,
      async (list) => {
        // A next page that is named is asked for: here it is the same one, for ever.
        await ask('slice', toJson(list));
      },
    ));
});

describe('the names of Services', () => {
  const asked: string[] = [];

  test('never spoil the selector for the others, whatever stands in a binding', () =>
    holdsFor(fc.array(nastyText, { maxLength: 5 }), 50, async (names) => {
      asked.length = 0;
      const recording = await serve(({ url = '' }, response) => {
        asked.push(new URL(url, 'http://kubernetes').searchParams.get('labelSelector') ?? '');
        response.end('{"items":[]}');
      });
      const client = createApiClient({ clock: virtualClock(), connect: () => recording.connect() });
      expect(await createCluster(client).listEndpointSlices('shop', [...names, 'web'], NEVER)).toEqual([]);
      await recording.close();
      // What the API server takes for a set of labels (apimachinery: labels/selector.go).
      expect(asked).toEqual([
        expect.stringMatching(/^kubernetes\.io\/service-name in \(([A-Za-z0-9][-\w.]{0,62},)*web\)$/),
      ]);
    }));
});

describe('the annotation', () => {
  const annotated = (text: string) =>
    toJson({
      ...OBJECTS.pod,
      metadata: { ...OBJECTS.pod.metadata, annotations: { 'drain-wait/target-groups': text } },
    });

  test('with any text leads to a hold by what it names, or by the clock', () =>
    holdsFor(nastyText, 100, async (text) => {
      const pod = await ask('pod', annotated(text));
      await expectHoldKept(given('pod', pod));
    }));
});

/** As the hold gets them. */
function given(name: ObjectName, result: unknown): Answers {
  switch (name) {
    case 'pod':
      return { pod: result as OwnPod | Error };
    case 'binding':
      return { bindings: result as readonly (Binding | UnreadBinding)[] | Error };
    case 'slice':
      return { slices: result as readonly EndpointSlice[] | Error };
    case 'service':
      return { service: result as Service | Error };
    default:
      return name satisfies never;
  }
}

describe('a whole hold', () => {
  test.each(Object.keys(OBJECTS) as readonly ObjectName[])('is kept whatever is in the fields of a %s', (name) =>
    holdsFor(spoiled(OBJECTS[name]), 150, async (object) => {
      await expectHoldKept(given(name, await ask(name, toJson(CALLS[name].wrap(object)))));
    }),
  );

  test.each(Object.keys(OBJECTS) as readonly ObjectName[])(
    'does not end early where a field of a %s is of a wrong type',
    (name) =>
      holdsFor(mistyped(OBJECTS[name]), 150, async (object) => {
        await expectTargetAwaited(given(name, await ask(name, toJson(CALLS[name].wrap(object)))));
      }),
  );
});
