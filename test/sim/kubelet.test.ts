import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fakeProcess, spawnProcess } from '../../sim/kubelet/process.ts';
import { createKubelet, type Kubelet, type RunningPod } from '../../sim/kubelet.ts';
import { pod } from '../../sim/kubernetes/builders.ts';
import type { Container } from '../../sim/kubernetes/objects.ts';
import { createStore, type Store } from '../../sim/kubernetes/store.ts';
import { createTimeline, type Moment, type Timeline } from '../../sim/timeline.ts';
import { type VirtualClock, virtualClock } from '../../sim/virtual-clock.ts';

let clock: VirtualClock;
let timeline: Timeline;
let store: Store;
let kubelet: Kubelet;
let hooks: Server;
/** The hook calls that nobody has answered yet. */
let calls: { readonly request: IncomingMessage; readonly response: ServerResponse }[];

beforeEach(async () => {
  clock = virtualClock();
  timeline = createTimeline(clock);
  store = createStore({ clock, timeline });
  calls = [];
  hooks = createServer((request, response) => {
    calls.push({ request, response });
    hooks.emit('call');
  });
  await once(hooks.listen(0, '127.0.0.1'), 'listening');
  kubelet = createKubelet({ clock, timeline, store });
});

afterEach(async () => {
  await kubelet.close();
  hooks.closeAllConnections();
  hooks.close();
});

function hookPort(): number {
  return (hooks.address() as AddressInfo).port;
}

function hooked(name: string, path = `/${name}`): Container {
  return { name, lifecycle: { preStop: { httpGet: { path, port: hookPort() } } } };
}

interface Pods {
  readonly containers: readonly Container[];
  readonly sidecars?: readonly Container[];
  readonly grace?: number;
  /** Those that take no notice of SIGTERM. */
  readonly stubborn?: readonly string[];
}

async function run({ containers, sidecars = [], grace = 60, stubborn = [] }: Pods) {
  const initContainers = sidecars.map((container) => ({ ...container, restartPolicy: 'Always' }));
  const processes = Object.fromEntries(
    [...containers, ...sidecars].map(({ name }) => [
      name,
      fakeProcess({ clock, ...(stubborn.includes(name) ? { onSigterm: 'ignore' } : {}) }),
    ]),
  );
  const running = await kubelet.run({
    pod: pod({ name: 'web-1', spec: { terminationGracePeriodSeconds: grace, containers, initContainers } }),
    containers: Object.fromEntries(Object.entries(processes).map(([name, process]) => [name, () => process])),
    readyAfterMs: 0,
  });
  await clock.advance(0);
  return { running, processes };
}

/** Resolves once `count` hook calls wait for an answer. */
async function hookCalls(count: number) {
  while (calls.length < count) await once(hooks, 'call');
  return calls.map(({ request }) => request.url).sort();
}

function answerHook(path: string, status = 200): void {
  const call = calls.find(({ request }) => request.url === path);
  if (call === undefined) throw new Error(`nobody called ${path}`);
  calls = calls.filter((other) => other !== call);
  call.response.writeHead(status).end('{}');
}

/** The moment of the kubelet called `what`, as soon as there is one. */
function moment(what: string, container?: string): Promise<Moment> {
  const fits = (seen: Moment) =>
    seen.what === what && (container === undefined || seen.fields['container'] === container);
  const past = timeline.moments.find(fits);
  if (past !== undefined) return Promise.resolve(past);
  return new Promise((resolve) => {
    const end = timeline.onMoment((seen) => {
      if (!fits(seen)) return;
      end();
      resolve(seen);
    });
  });
}

/** What the kubelet did so far to the end of containers: `12.1 sends SIGTERM app`. */
function story(...whats: readonly string[]): readonly string[] {
  return timeline.moments
    .filter(({ actor, what }) => actor === 'kubelet' && whats.includes(what))
    .map(({ atMs, what, fields }) => [atMs / 1_000, what, fields['container']].join(' ').trim());
}

const signals = () => story('sends SIGTERM', 'sends SIGKILL');

function readyStatus(running: RunningPod): string | undefined {
  const conditions = store.get('Pod', running.namespace, running.name)?.status.conditions;
  return conditions?.find(({ type }) => type === 'Ready')?.status;
}

describe('a deleted pod', () => {
  test('all hooks start at once, the own one of a native sidecar too, and a container without a hook gets SIGTERM then', async () => {
    const { running } = await run({ containers: [hooked('app'), { name: 'bare' }], sidecars: [hooked('sidecar')] });
    store.deletePod('default', 'web-1');
    await clock.advance(100);
    expect(await hookCalls(2)).toEqual(['/app', '/sidecar']);
    expect(calls[0]?.request.headers['user-agent']).toBe('kube-lifecycle/1.36');
    expect(signals()).toEqual(['0.1 sends SIGTERM bare']);

    await clock.advance(20_000);
    answerHook('/sidecar');
    await moment('preStop answered', 'sidecar');
    expect(signals()).toHaveLength(1);
    answerHook('/app', 500);
    await running.ended;
    expect(signals()).toEqual(['0.1 sends SIGTERM bare', '20.1 sends SIGTERM app', '20.1 sends SIGTERM sidecar']);
    expect(store.get('Pod', 'default', 'web-1')).toBeUndefined();
  });

  test('native sidecars get SIGTERM in reverse order, after the last main container has ended', async () => {
    const sidecars = [{ name: 'first' }, { name: 'second' }];
    const { running, processes } = await run({ containers: [{ name: 'app' }], sidecars, stubborn: ['app'] });
    store.deletePod('default', 'web-1');
    await clock.advance(10_000);
    expect(signals()).toEqual(['0.1 sends SIGTERM app']);
    processes['app']?.exit(0);
    await running.ended;
    expect(signals().slice(1)).toEqual(['10 sends SIGTERM second', '10 sends SIGTERM first']);
  });

  test('a hook that outlasts the grace period brings SIGTERM to all containers then, and SIGKILL 2 s later', async () => {
    const options = { containers: [hooked('app'), hooked('other')], sidecars: [{ name: 'sidecar' }], grace: 10 };
    const { running } = await run({ ...options, stubborn: ['app', 'other', 'sidecar'] });
    store.deletePod('default', 'web-1');
    await clock.advance(100);
    await hookCalls(2);
    await clock.advance(20_000);
    await running.ended;
    expect(story('FailedPreStopHook')).toEqual(['10.1 FailedPreStopHook app', '10.1 FailedPreStopHook other']);
    const all = ['app', 'other', 'sidecar'];
    expect(signals().toSorted()).toEqual([
      ...all.map((name) => `10.1 sends SIGTERM ${name}`),
      ...all.map((name) => `12.1 sends SIGKILL ${name}`),
    ]);
  });

  test('a call that breaks before the answer is a FailedPreStopHook with SIGTERM at once', async () => {
    const { running } = await run({ containers: [hooked('app')] });
    store.deletePod('default', 'web-1');
    await clock.advance(100);
    await hookCalls(1);
    calls[0]?.response.destroy();
    await running.ended;
    expect(story('FailedPreStopHook', 'sends SIGTERM')).toEqual(['0.1 FailedPreStopHook app', '0.1 sends SIGTERM app']);
  });

  test('a call that breaks after the first bytes brings SIGTERM at once without any event', async () => {
    const { running } = await run({ containers: [hooked('app')] });
    store.deletePod('default', 'web-1');
    await clock.advance(100);
    await hookCalls(1);
    const response = calls[0]?.response;
    response?.writeHead(200).write('{', () => response.destroy());
    await running.ended;
    expect(story('FailedPreStopHook', 'sends SIGTERM')).toEqual(['0.1 sends SIGTERM app']);
  });

  test.each([
    ['host 127.0.0.1, which is the node', (port: number) => ({ port, host: '127.0.0.1' })],
    ['a port name of another container', () => ({ port: 'http' })],
  ])('a hook with %s fails at once', async (_, action) => {
    const lifecycle = { preStop: { httpGet: action(hookPort()) } };
    const other = { name: 'other', ports: [{ name: 'http', containerPort: hookPort() }] };
    await run({ containers: [{ name: 'app', lifecycle }, other] });
    store.deletePod('default', 'web-1');
    await clock.advance(100);
    expect(story('FailedPreStopHook')).toEqual(['0.1 FailedPreStopHook app']);
    expect(signals()).toContain('0.1 sends SIGTERM app');
  });

  test.each([
    ['a shorter grace period', 20, 20],
    ['a grace period that has passed already', 3, 1],
  ])('a second delete with %s shows in the API and changes nothing for the kubelet', async (_, second, shown) => {
    const { running } = await run({ containers: [hooked('app')], stubborn: ['app'] });
    store.deletePod('default', 'web-1');
    await clock.advance(5_000);
    store.deletePod('default', 'web-1', { gracePeriodSeconds: second });
    expect(store.get('Pod', 'default', 'web-1')?.metadata.deletionGracePeriodSeconds).toBe(shown);
    await hookCalls(1);
    await clock.advance(35_000);
    answerHook('/app');
    await moment('sends SIGTERM');
    await clock.advance(30_000);
    await running.ended;
    expect(signals()).toEqual(['40 sends SIGTERM app', '60.1 sends SIGKILL app']);
    await clock.advance(60_000);
    expect(story('pod ended')).toEqual(['60.1 pod ended']);
  });

  test('a force delete during the hook removes the object, and the kubelet goes on with hook and old grace period', async () => {
    const { running } = await run({ containers: [hooked('app')] });
    store.deletePod('default', 'web-1');
    await clock.advance(5_000);
    store.deletePod('default', 'web-1', { gracePeriodSeconds: 0 });
    expect(store.get('Pod', 'default', 'web-1')).toBeUndefined();
    await hookCalls(1);
    await clock.advance(45_000);
    expect(signals()).toEqual([]);
    answerHook('/app');
    await running.ended;
    expect(signals()).toEqual(['50 sends SIGTERM app']);
  });

  test.each([
    ['a force delete', 60, { gracePeriodSeconds: 0 }],
    ['grace 0 in the spec', 0, {}],
  ])('%s without an earlier delete calls the hooks and sends SIGTERM 1 s later', async (_, grace, options) => {
    const { running } = await run({ containers: [hooked('app')], grace });
    store.deletePod('default', 'web-1', options);
    expect(store.get('Pod', 'default', 'web-1')).toBeUndefined();
    await clock.advance(100);
    expect(await hookCalls(1)).toEqual(['/app']);
    await clock.advance(1_000);
    await running.ended;
    expect(signals()).toEqual(['1.1 sends SIGTERM app']);
  });

  test('a sleep hook holds SIGTERM for its seconds', async () => {
    const { running } = await run({
      containers: [{ name: 'app', lifecycle: { preStop: { sleep: { seconds: 15 } } } }],
    });
    store.deletePod('default', 'web-1');
    await clock.advance(20_000);
    await running.ended;
    expect(signals()).toEqual(['15.1 sends SIGTERM app']);
  });
});

describe('a restarted kubelet', () => {
  test('closes the hook call, and repeats it with the whole grace period counted anew', async () => {
    const { running } = await run({ containers: [hooked('app')], grace: 30 });
    store.deletePod('default', 'web-1');
    await clock.advance(20_000);
    await hookCalls(1);
    const closed = once(calls[0]?.response ?? hooks, 'close');
    const restarted = kubelet.restart();
    await closed;
    await clock.advance(2_600);
    await restarted;
    await hookCalls(2);
    await clock.advance(60_000);
    await running.ended;
    expect(story('calls preStop')).toEqual(['0.1 calls preStop app', '22.6 calls preStop app']);
    expect(signals()).toEqual(['52.6 sends SIGTERM app']);
  });

  test('lets Ready flap for a running pod', async () => {
    const { running } = await run({ containers: [hooked('app')] });
    const seen = new Set([readyStatus(running)]);
    const end = store.onChange(() => seen.add(readyStatus(running)));
    void kubelet.restart();
    await clock.advance(10_000);
    end();
    expect([...seen]).toEqual(['True', 'False']);
    expect(readyStatus(running)).toBe('True');
    expect(calls).toEqual([]);
  });
});

describe('a stop that is not a deletion', () => {
  test('a liveness failure calls the hook of that container, which is then started again', async () => {
    const { running } = await run({ containers: [hooked('app')], sidecars: [hooked('sidecar')] });
    const restarted = kubelet.failLiveness(running, 'app');
    expect(await hookCalls(1)).toEqual(['/app']);
    expect(readyStatus(running)).toBe('True');
    expect(store.get('Pod', 'default', 'web-1')?.metadata.deletionTimestamp).toBeUndefined();
    answerHook('/app');
    await restarted;
    expect(story('container started').slice(2)).toEqual(['0 container started app']);
  });

  test('a soft eviction shows nothing in the API until the end', async () => {
    const { running } = await run({ containers: [hooked('app')], sidecars: [hooked('sidecar')] });
    const before = store.get('Pod', 'default', 'web-1');
    kubelet.softEvict(running);
    await clock.advance(100);
    expect(await hookCalls(2)).toEqual(['/app', '/sidecar']);
    expect(store.get('Pod', 'default', 'web-1')).toBe(before);
    answerHook('/app');
    answerHook('/sidecar');
    await running.ended;
    const status = store.get('Pod', 'default', 'web-1')?.status;
    expect(status).toMatchObject({ phase: 'Failed', reason: 'Evicted' });
    expect(status?.conditions).toContainEqual(
      expect.objectContaining({ type: 'DisruptionTarget', status: 'True', reason: 'TerminationByKubelet' }),
    );
  });

  test('a node shutdown calls all hooks, and the pods stay Ready to the end', async () => {
    const { running } = await run({ containers: [hooked('app')], sidecars: [hooked('sidecar')] });
    const shutdown = kubelet.shutdownNode();
    await clock.advance(100);
    expect(await hookCalls(2)).toEqual(['/app', '/sidecar']);
    expect(readyStatus(running)).toBe('True');
    answerHook('/app');
    answerHook('/sidecar');
    await shutdown;
    expect(readyStatus(running)).toBe('False');
  });
});

test('a pod that never was Ready is told by equal times of its start and its Ready condition', async () => {
  await kubelet.run({ pod: pod({ name: 'web-1' }), containers: { app: () => fakeProcess({ clock }) } });
  const status = store.get('Pod', 'default', 'web-1')?.status;
  const ready = status?.conditions.find(({ type }) => type === 'Ready');
  expect(ready).toMatchObject({ status: 'False', lastTransitionTime: status?.startTime });
});

test('close() kills real processes', async () => {
  const script = 'process.on("SIGTERM", () => {}); console.log("up"); setInterval(() => {}, 1000)';
  const { promise: isUp, resolve: onLine } = Promise.withResolvers<string>();
  const child = spawnProcess({ command: process.execPath, args: ['-e', script], onLine });
  await kubelet.run({ pod: pod({ name: 'web-1' }), containers: { app: () => child } });
  expect(await isUp).toBe('up');
  await kubelet.close();
  expect(await child.exited).toEqual({ code: undefined, signal: 'SIGKILL' });
});
