import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PodEvent } from '../../src/core/pod-event.ts';
import { createPodEvents } from '../../src/kubernetes/pod-events.ts';
import { NEVER, startKubernetes, type TestKubernetes, WEB_1 } from '../support/kubernetes.ts';

const DRAINED: PodEvent = {
  type: 'Normal',
  reason: 'DrainWaitDrained',
  action: 'Release',
  note: 'Held SIGTERM for 24.1 s',
};
const NOW = new Date('2026-11-25T10:20:30.456Z');

let kubernetes: TestKubernetes;
beforeEach(async () => {
  kubernetes = await startKubernetes();
});
afterEach(() => kubernetes.close());

function write(event: PodEvent = DRAINED, pod = WEB_1): Promise<void> {
  return createPodEvents(kubernetes.client, () => NOW).write(pod, event, NEVER);
}

function written(): readonly Record<string, unknown>[] {
  return kubernetes.store.list('Event') as unknown as readonly Record<string, unknown>[];
}

describe('write()', () => {
  test('makes an Event of events.k8s.io/v1 on the pod, by which kubectl describe finds it', async () => {
    await write(DRAINED, { ...WEB_1, uid: 'uid-1' });
    expect(written()).toMatchObject([
      {
        apiVersion: 'events.k8s.io/v1',
        eventTime: '2026-11-25T10:20:30.456000Z',
        reportingController: 'drain-wait',
        reportingInstance: 'web-1',
        regarding: { apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: 'web-1', uid: 'uid-1' },
        ...DRAINED,
      },
    ]);
  });

  test('gives each Event a name of its own', async () => {
    await Promise.all([write(), write()]);
    const names = written().map(({ metadata }) => (metadata as { name: string }).name);
    expect(new Set(names).size).toBe(2);
    for (const name of names) expect(name).toMatch(/^web-1\.[0-9a-f-]+$/);
  });

  test('shortens a note that the server would refuse, between characters', async () => {
    await write({ ...DRAINED, note: 'ä'.repeat(600) });
    const note = String(written()[0]?.['note']);
    expect(Buffer.byteLength(note)).toBeLessThanOrEqual(1_024);
    expect(note).toMatch(/^ä{500,}…$/);
  });

  test('takes an Event that is there already for written: the first answer was lost', async () => {
    kubernetes.faults.add({ match: 'POST', times: 1, fault: { kind: 'truncate' } });
    await write();
    expect(written()).toHaveLength(1);
  });

  test('rejects with the rule that is missing', async () => {
    kubernetes.api.deny('events.events.k8s.io');
    await expect(write()).rejects.toMatchObject({
      kind: 'denied',
      message: expect.stringContaining('{ apiGroups: ["events.k8s.io"], resources: ["events"], verbs: ["create"] }'),
    });
  });
});
