import type { EventsV1Event } from '@kubernetes/client-node';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Json } from '../../src/core/json.ts';
import type { SeenEvent } from '../../src/core/seen-event.ts';
import type { ApiClient } from '../../src/kubernetes/api-client.ts';
import { createEventsReader } from '../../src/kubernetes/events-reader.ts';
import { createPodEvents } from '../../src/kubernetes/pod-events.ts';
import { NEVER, startKubernetes, type TestKubernetes } from '../support/kubernetes.ts';

const EVENTS = '/apis/events.k8s.io/v1/namespaces/shop/events';
const NOW = new Date('2026-11-25T10:20:30.456Z');

let kubernetes: TestKubernetes;
beforeEach(async () => {
  kubernetes = await startKubernetes();
});
afterEach(() => kubernetes.close());

function list(): Promise<readonly SeenEvent[]> {
  return createEventsReader(kubernetes.client).list('shop', NEVER);
}

/** One of ours, as the sidecar of this pod writes it. */
async function write(name: string, namespace = 'shop'): Promise<void> {
  const event = { type: 'Normal', reason: 'DrainWaitHolding', action: 'Hold', note: `of ${name}` } as const;
  const pod = { namespace, name, uid: `uid of ${name}`, ips: [] };
  await createPodEvents(kubernetes.client, () => NOW).write(pod, event, NEVER);
}

/** What an Event of ours must have, and what others may say. */
const OURS: Json<EventsV1Event> = {
  metadata: { namespace: 'shop', name: 'web-1.1' },
  eventTime: '2026-11-25T10:20:30.456789Z',
  reportingController: 'drain-wait',
  reportingInstance: 'web-1',
  type: 'Normal',
  action: 'Hold',
  reason: 'DrainWaitHolding',
  regarding: { kind: 'Pod', namespace: 'shop', name: 'web-1', uid: 'uid-1' },
};

/** What is made of such a list. */
function read(...events: readonly Partial<Json<EventsV1Event>>[]): Promise<readonly SeenEvent[]> {
  const client: Pick<ApiClient, 'list'> = { list: async (_, __, ___, ____, toItem) => events.map(toItem) };
  return createEventsReader(client).list('shop', NEVER);
}

describe('list()', () => {
  test('gives what a sidecar has written', async () => {
    await write('web-1');
    expect(await list()).toEqual([
      {
        id: expect.stringMatching(/^[\da-f-]{36}$/),
        atMs: NOW.getTime(),
        pod: { name: 'web-1', uid: 'uid of web-1' },
        type: 'Normal',
        reason: 'DrainWaitHolding',
        note: 'of web-1',
      },
    ]);
  });

  test('gives those of one namespace, of all pages', async () => {
    await write('elsewhere', 'other');
    for (let nth = 0; nth < 101; nth += 1) await write(`web-${nth}`);
    const events = await list();
    expect(events).toHaveLength(101);
    expect(new Set(events.map(({ id }) => id)).size).toBe(101);
    expect(events.map(({ pod }) => pod.name)).not.toContain('elsewhere');
  });

  test('asks the server for ours only', async () => {
    const theirs = { ...OURS, reportingController: 'kubelet' };
    await kubernetes.client.create('create events', EVENTS, theirs, NEVER);
    await write('web-2');
    const selectors: unknown[] = [];
    const list: ApiClient['list'] = (operation, path, selector, signal, toItem) => {
      selectors.push(selector);
      return kubernetes.client.list(operation, path, selector, signal, (object) => {
        expect(object).toMatchObject({ reportingController: 'drain-wait' });
        return toItem(object);
      });
    };
    expect(await createEventsReader({ list }).list('shop', NEVER)).toMatchObject([{ pod: { name: 'web-2' } }]);
    expect(selectors).toEqual([{ fieldSelector: 'reportingController=drain-wait' }]);
  });

  test('leaves out what is not ours, on no pod, or without a time', async () => {
    const others = [
      { ...OURS, reportingController: 'kubelet' },
      { ...OURS, regarding: { kind: 'Node', name: 'node-1' } },
      { ...OURS, eventTime: 'yesterday' },
      { ...OURS, eventTime: null as never },
      {},
    ];
    expect(await read(...others, OURS)).toMatchObject([{ id: 'web-1.1', pod: { uid: 'uid-1' } }]);
  });

  test('takes an Event without the rest for one without the rest', async () => {
    const { eventTime, reportingController } = OURS;
    expect(await read({ eventTime, reportingController, regarding: { kind: 'Pod' } } as Partial<typeof OURS>)).toEqual([
      {
        id: '',
        atMs: Date.parse('2026-11-25T10:20:30.456Z'),
        pod: { name: '', uid: '' },
        type: '',
        reason: '',
        note: '',
      },
    ]);
  });

  test('rejects with the missing permission', async () => {
    kubernetes.api.deny('events.events.k8s.io');
    await expect(list()).rejects.toMatchObject({ kind: 'denied', operation: 'list events.events.k8s.io' });
  });
});
