import { expect, onTestFinished, test } from 'vitest';
import { type AwsSide, startAwsSide } from '../../real/aws-side.ts';
import { fateOf } from '../../real/fate.ts';
import { fatesOf } from '../../sim/rollout/fates.ts';
import { eventually } from '../support/eventually.ts';
import { startWatchedApi, type WatchedApi } from '../support/watched-api.ts';

const PODS = '/api/v1/pods';
const DELETED = { deletionTimestamp: '2026-01-01T00:01:00Z', deletionGracePeriodSeconds: 60 };

async function start(api: WatchedApi): Promise<AwsSide> {
  const side = await startAwsSide({ kubeconfig: api.kubeconfig, host: '127.0.0.1' });
  onTestFinished(side.close);
  return side;
}

interface Run {
  readonly id: string;
  readonly end?: { readonly exitCode: number; readonly reason: string };
}

/** The state of a container in a pod's status. */
function state({ id, end }: Run) {
  return end === undefined ? { running: {} } : { terminated: { containerID: id, ...end } };
}

/** One container, `app`, and maybe what it was before. */
function put(api: WatchedApi, now: Run, metadata: Readonly<Record<string, unknown>> = {}, before?: Run): void {
  const lastState = before === undefined ? {} : state(before);
  const containerStatuses = [{ name: 'app', containerID: now.id, state: state(now), lastState }];
  api.put(PODS, { metadata: { name: 'web-1', ...metadata }, status: { phase: 'Running', containerStatuses } });
}

/** A stamp as the kubelet writes it, so many ms from now. */
function stamp(fromNowMs = 0): string {
  return new Date(Date.now() + fromNowMs).toISOString().replace('Z', '000000Z');
}

function texts({ diary }: AwsSide, pod = 'web-1'): readonly string[] {
  return diary.lines(pod, 'app').map(({ text }) => text);
}

function moments({ timeline }: AwsSide) {
  return timeline.moments.map(({ actor, what }) => `${actor} ${what}`);
}

async function ended(side: AwsSide): Promise<void> {
  await eventually(() => expect(moments(side)).toContain('kubelet pod ended'));
}

test('the end of a pod is told in the words of the embedded cluster', async () => {
  const api = await startWatchedApi();
  const side = await start(api);
  put(api, { id: 'a' });
  const startedAtMs = Date.now();
  side.timeline.record('user', 'starts the rollout');
  put(api, { id: 'a' }, DELETED);
  await eventually(() => expect(moments(side)).toContain('api-server pod deleted'));
  const atMs = Date.now() + 5_000;
  api.print('web-1/app', stamp(9_000), JSON.stringify({ msg: 'SIGTERM', atMs }));
  expect((await side.diary.logged('web-1', 'app', 'SIGTERM')).fields['atMs']).toBe(atMs);
  put(api, { id: 'a', end: { exitCode: 0, reason: 'Completed' } }, DELETED);
  api.refuse('web-1/app', 404);
  api.remove(PODS, 'web-1');
  await ended(side);
  const pods = { accessKeyOf: (pod: string) => pod, reasonOf: () => undefined };
  const [fate] = fatesOf(side.timeline.moments, side.aws.requests, pods);
  expect(fate).toMatchObject({ pod: 'web-1', killed: false, calls: 0 });
  // By the application's clock, and not when its line was read.
  expect(Math.abs((fate?.sigtermAtMs ?? 0) - (atMs - startedAtMs))).toBeLessThan(1_000);
  expect(fate?.deletedAtMs).toBeLessThan(fate?.endedAtMs ?? 0);
  expect(side.diary.terminations).toMatchObject([{ pod: 'web-1', container: 'app', exitCode: 0, reason: 'Completed' }]);
});

test.each([
  { exitCode: 137, reason: 'Error', killed: true, byKubelet: true },
  { exitCode: 137, reason: 'OOMKilled', killed: true, byKubelet: false },
  { exitCode: 137, reason: 'ContainerStatusUnknown', killed: false, byKubelet: false },
  { exitCode: 143, reason: 'Error', killed: false, byKubelet: false },
])('exit code $exitCode with reason $reason: killed $killed, by the kubelet $byKubelet', async (row) => {
  const { killed, byKubelet, ...end } = row;
  const api = await startWatchedApi();
  const side = await start(api);
  put(api, { id: 'b' }, {}, { id: 'a', end });
  await eventually(() => expect(side.diary.terminations).toMatchObject([end]));
  put(api, { id: 'b', end: { exitCode: 0, reason: 'Completed' } }, {}, { id: 'a', end });
  await eventually(() => expect(side.diary.terminations).toMatchObject([end, { exitCode: 0 }]));
  expect(moments(side).includes('kubelet sends SIGKILL')).toBe(byKubelet);
  const [pod] = side.store.list('Pod');
  expect(pod && fateOf(side, pod).killed).toEqual(killed ? [`app (${end.reason})`] : []);
});

test('a log that breaks off is read on, and no line is told twice', async () => {
  const api = await startWatchedApi();
  const side = await start(api);
  put(api, { id: 'a' });
  api.print('web-1/app', stamp(1), 'one');
  await eventually(() => expect(texts(side)).toEqual(['one']));
  api.breakOff();
  api.print('web-1/app', stamp(2), 'two');
  await eventually(() => expect(texts(side)).toEqual(['one', 'two']));
  api.refuse('web-1/app', 500);
  api.print('web-1/app', stamp(3), 'three');
  api.refuse('web-1/app', undefined);
  await eventually(() => expect(texts(side)).toEqual(['one', 'two', 'three']));
});

test('the last lines are read when the API server is back', async () => {
  const api = await startWatchedApi();
  const side = await start(api);
  put(api, { id: 'a' });
  api.print('web-1/app', stamp(1), 'one');
  await eventually(() => expect(texts(side)).toEqual(['one']));
  api.refuse('web-1/app', 'broken');
  api.print('web-1/app', stamp(2), 'two');
  put(api, { id: 'a', end: { exitCode: 0, reason: 'Completed' } }, DELETED);
  await eventually(() => expect(moments(side)).toContain('kubelet container exited'));
  const before = api.refusals();
  await eventually(() => expect(api.refusals()).toBeGreaterThan(before + 1));
  api.refuse('web-1/app', undefined);
  await eventually(() => expect(texts(side)).toEqual(['one', 'two']));
});

test('a pod that has gone is not told what the next one of its name prints', async () => {
  const api = await startWatchedApi();
  const side = await start(api);
  put(api, { id: 'a' });
  api.print('web-1/app', stamp(1), 'one');
  await eventually(() => expect(texts(side)).toEqual(['one']));
  api.remove(PODS, 'web-1');
  await eventually(() => expect(moments(side)).toContain('api-server pod removed'));
  api.restartLog('web-1/app');
  api.print('web-1/app', stamp(2), 'of the next');
  await eventually(() => expect(moments(side)).toContain('kubelet pod ended'));
  expect(texts(side)).toEqual(['one']);
});

test('of a container that is started again both logs are told', async () => {
  const api = await startWatchedApi();
  const side = await start(api);
  const end = { exitCode: 1, reason: 'Error' };
  put(api, { id: 'a' });
  api.print('web-1/app', stamp(1), 'first');
  await eventually(() => expect(texts(side)).toEqual(['first']));
  api.restartLog('web-1/app');
  api.print('web-1/app', stamp(2), 'second');
  await eventually(() => expect(texts(side)).toEqual(['first', 'second']));
  put(api, { id: 'b' }, {}, { id: 'a', end });
  await eventually(() => expect(side.diary.terminations).toMatchObject([end]));
  api.breakOff();
  api.print('web-1/app', stamp(3), 'third');
  await eventually(() => expect(texts(side)).toEqual(['first', 'second', 'third']));
});

test('a pod that is deleted by force has ended when its containers have', async () => {
  const api = await startWatchedApi();
  const side = await start(api);
  put(api, { id: 'a' });
  api.print('web-1/app', stamp(1), 'before');
  await eventually(() => expect(texts(side)).toEqual(['before']));
  api.remove(PODS, 'web-1');
  await eventually(() => expect(moments(side)).toContain('api-server pod removed'));
  api.print('web-1/app', stamp(2), 'after');
  await eventually(() => expect(texts(side)).toEqual(['before', 'after']));
  expect(moments(side)).not.toContain('kubelet pod ended');
  api.refuse('web-1/app', 404);
  await ended(side);
  expect(side.timeline.moments.find(({ what }) => what === 'pod deleted')?.fields['gracePeriodSeconds']).toBe(0);
});

test('a pod that failed has ended although it is still there', async () => {
  const api = await startWatchedApi();
  const side = await start(api);
  api.put(PODS, { metadata: { name: 'web-1' }, status: { phase: 'Failed' } });
  await ended(side);
  expect(moments(side)).not.toContain('api-server pod deleted');
});

test('pods of one name are told apart by their UIDs', async () => {
  const api = await startWatchedApi();
  const side = await start(api);
  put(api, { id: 'a' }, { uid: 'uid-1' });
  api.print('web-1/app', stamp(1), '{"msg":"hello","from":1}');
  await side.diary.logged('uid-1', 'app', 'hello');
  api.refuse('web-1/app', 404);
  api.remove(PODS, 'web-1');
  await ended(side);
  api.restartLog('web-1/app');
  api.refuse('web-1/app', undefined);
  put(api, { id: 'b' }, { uid: 'uid-2' });
  api.print('web-1/app', stamp(2), '{"msg":"hello","from":2}');
  const second = await side.diary.logged('uid-2', 'app', 'hello');
  expect(second.fields['from']).toBe(2);
  expect(side.diary.lines('shop/web-1', 'app')).toHaveLength(2);
  expect(side.diary.lines('shop/web-1', 'drain-wait')).toEqual([]);
});

test("the sidecar's log is part of the timeline", async () => {
  const api = await startWatchedApi();
  const side = await start(api);
  const initContainerStatuses = [{ name: 'drain-wait', containerID: 's', state: { running: {} } }];
  api.put(PODS, { metadata: { name: 'web-1' }, status: { initContainerStatuses } });
  api.print('web-1/drain-wait', stamp(), 'no JSON');
  api.print('web-1/drain-wait', stamp(1), '{"level":"info","time":"t","msg":"hold released","reason":"drained"}');
  await side.diary.logged('web-1', 'drain-wait', 'hold released');
  const told = side.timeline.moments.filter(({ actor }) => actor === 'sidecar');
  expect(told).toMatchObject([
    { what: 'hold released', fields: { reason: 'drained', pod: 'web-1', namespace: 'shop' } },
  ]);
});
