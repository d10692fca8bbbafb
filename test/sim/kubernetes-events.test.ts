import { CoreV1Api, EventsV1Api } from '@kubernetes/client-node';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type BareApi, startBareApi } from '../support/kubernetes-api.ts';

const CORE = '/api/v1/namespaces/shop/events';
const EVENTS = '/apis/events.k8s.io/v1/namespaces/shop/events';
const POD = { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'web-1', uid: 'uid-1' };

const NEW = {
  metadata: { name: 'web-1.1' },
  eventTime: '2026-11-25T10:20:30.456000Z',
  reportingController: 'drain-wait',
  reportingInstance: 'web-1',
  type: 'Normal',
  reason: 'DrainWaitDrained',
  action: 'Release',
  note: 'Held SIGTERM for 24.1 s',
  regarding: POD,
};
const OLD = {
  metadata: { name: 'web-1.2' },
  involvedObject: POD,
  reason: 'Killing',
  message: 'Stopping container app',
  source: { component: 'kubelet', host: 'node-1' },
  firstTimestamp: '2026-11-25T10:20:30Z',
  count: 1,
  type: 'Normal',
};

let bare: BareApi;
beforeEach(async () => {
  bare = await startBareApi();
});
afterEach(() => bare.close());

async function json(path: string): Promise<unknown> {
  return await (await bare.ask(path)).json();
}

describe('an Event', () => {
  test('of events.k8s.io is one of core v1, too', async () => {
    expect((await bare.post(EVENTS, NEW)).status).toBe(201);
    expect(await json(`${CORE}/web-1.1`)).toMatchObject({
      apiVersion: 'v1',
      kind: 'Event',
      eventTime: NEW.eventTime,
      involvedObject: POD,
      message: NEW.note,
      reportingComponent: 'drain-wait',
      reportingInstance: 'web-1',
      reason: 'DrainWaitDrained',
      source: {},
      firstTimestamp: null,
    });
    const { items } = await bare.config().makeApiClient(CoreV1Api).listNamespacedEvent({ namespace: 'shop' });
    expect(items).toMatchObject([{ message: NEW.note, involvedObject: POD }]);
    expect(items[0]).not.toHaveProperty('note');
  });

  test('of core v1 is one of events.k8s.io, too', async () => {
    expect((await bare.post(CORE, OLD)).status).toBe(201);
    expect(await json(`${EVENTS}/web-1.2`)).toMatchObject({
      apiVersion: 'events.k8s.io/v1',
      regarding: POD,
      note: OLD.message,
      deprecatedSource: OLD.source,
      deprecatedFirstTimestamp: OLD.firstTimestamp,
      deprecatedCount: 1,
      eventTime: null,
    });
    const { items } = await bare.config().makeApiClient(EventsV1Api).listEventForAllNamespaces();
    expect(items).toMatchObject([{ note: OLD.message, deprecatedSource: OLD.source }]);
  });

  test('is one object, whichever API changes or deletes it', async () => {
    await bare.post(EVENTS, NEW);
    expect((await bare.post(CORE, { ...OLD, metadata: NEW.metadata })).status).toBe(409);
    const changed = { ...((await json(`${CORE}/web-1.1`)) as object), count: 2 };
    await bare.ask(`${CORE}/web-1.1`, { method: 'PUT', body: JSON.stringify(changed) });
    expect(await json(`${EVENTS}/web-1.1`)).toMatchObject({ note: NEW.note, deprecatedCount: 2 });
    await bare.ask(`${CORE}/web-1.1`, { method: 'DELETE' });
    expect((await bare.ask(`${EVENTS}/web-1.1`)).status).toBe(404);
  });
});

describe('a new Event', () => {
  test.each([
    ['no eventTime', { eventTime: null }, 'eventTime: Required value'],
    ['no reporter', { reportingController: '' }, 'reportingController: Required value'],
    [
      'a reporter that is no qualified name',
      { reportingController: 'drain wait' },
      'reportingController: Invalid value',
    ],
    ['no instance', { reportingInstance: undefined }, 'reportingInstance: Required value'],
    ['a long instance', { reportingInstance: 'x'.repeat(129) }, 'reportingInstance: .*at most 128'],
    ['no action', { action: undefined }, 'action: Required value'],
    ['a long action', { action: 'x'.repeat(129) }, 'action: .*at most 128'],
    ['no reason', { reason: '' }, 'reason: Required value'],
    ['a long reason', { reason: 'x'.repeat(129) }, 'reason: .*at most 128'],
    ['another type', { type: 'Error' }, 'type: .*has invalid value: Error'],
    ['a note that is long in bytes', { note: 'ä'.repeat(513) }, 'message: .*at most 1024'],
    ['nothing that it is about', { regarding: undefined }, 'involvedObject.namespace: .*does not match'],
    ['a name that is none', { metadata: { name: 'Web_1' } }, 'metadata.name: Invalid value: "Web_1"'],
    ['a count of the old kind', { deprecatedCount: 1 }, 'count: .*needs to be unset'],
    ['a source of the old kind', { deprecatedSource: { component: 'x' } }, 'source: .*needs to be unset'],
  ])('with %s is refused', async (_, wrong, message) => {
    const refused = await bare.post(EVENTS, { ...NEW, ...wrong });
    expect(await refused.json()).toMatchObject({
      code: 422,
      reason: 'Invalid',
      message: expect.stringMatching(new RegExp(`^Event "[^"]+" is invalid: .*${message}`)),
    });
    expect(bare.store.list('Event')).toEqual([]);
  });

  test('with a time of milliseconds cannot be read at all', async () => {
    const refused = await bare.post(EVENTS, { ...NEW, eventTime: '2026-11-25T10:20:30.456Z' });
    expect(await refused.json()).toMatchObject({ code: 400, message: expect.stringContaining('parsing time') });
  });

  test('may be as long as the limits', async () => {
    const long = 'x'.repeat(128);
    const note = 'ä'.repeat(512);
    const limits = {
      reportingController: 'example.com/drain-wait',
      reportingInstance: long,
      action: long,
      reason: long,
    };
    expect((await bare.post(EVENTS, { ...NEW, ...limits, note, type: 'Warning' })).status).toBe(201);
  });

  test('of core v1 has to be in the namespace of what it is about, and nothing else', async () => {
    const bareEvent = { metadata: OLD.metadata, involvedObject: { namespace: 'shop' } };
    expect((await bare.post(CORE, bareEvent)).status).toBe(201);
    const elsewhere = { metadata: { name: 'web-1.3' }, involvedObject: { namespace: 'default' } };
    expect((await bare.post(CORE, elsewhere)).status).toBe(422);
  });
});

describe('Events are selected', () => {
  const found = (path: string, fieldSelector: string) =>
    bare.names(`${path}?${new URLSearchParams({ fieldSelector })}`);

  beforeEach(async () => {
    await bare.post(EVENTS, NEW);
    await bare.post(CORE, OLD);
  });

  test.each([
    [EVENTS, 'reportingController=drain-wait', ['web-1.1']],
    [EVENTS, 'regarding.kind=Pod,regarding.name=web-1', ['web-1.1', 'web-1.2']],
    [EVENTS, 'regarding.uid=uid-2', []],
    [CORE, 'involvedObject.name=web-1,reason!=Killing', ['web-1.1']],
    [CORE, 'reportingComponent=drain-wait', ['web-1.1']],
    [CORE, 'source=kubelet', ['web-1.2']],
    [CORE, 'source=drain-wait', ['web-1.1']],
    [CORE, 'type=Warning', []],
  ])('at %s by %s', async (path, fieldSelector, expected) => {
    expect(await found(path, fieldSelector)).toEqual(expected);
  });

  test.each([
    [EVENTS, 'involvedObject.name'],
    [EVENTS, 'note'],
    [CORE, 'regarding.name'],
    [CORE, 'reportingController'],
  ])('at %s not by %s', async (path, field) => {
    const refused = await bare.ask(`${path}?fieldSelector=${field}=x`);
    expect(await refused.json()).toMatchObject({ code: 400, message: `field label not supported: ${field}` });
  });
});
