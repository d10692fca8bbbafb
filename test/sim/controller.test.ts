import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createElbv2, type Elbv2 } from '../../sim/aws/elbv2.ts';
import { createElbv2Caller } from '../../sim/aws/elbv2-caller.ts';
import { createTokenBucket, type TokenBucket } from '../../sim/aws/token-bucket.ts';
import { backoffMs } from '../../sim/controller/client.ts';
import { type Controller, createController } from '../../sim/controller.ts';
import { createFaults, type Faults } from '../../sim/faults.ts';
import { pod, service, targetGroupBinding } from '../../sim/kubernetes/builders.ts';
import { createStore, type Store } from '../../sim/kubernetes/store.ts';
import { createTimeline, type Timeline } from '../../sim/timeline.ts';
import { type VirtualClock, virtualClock } from '../../sim/virtual-clock.ts';

const namespace = 'default';

let clock: VirtualClock;
let timeline: Timeline;
let elbv2: Elbv2;
let store: Store;
let bucket: TokenBucket;
let faults: Faults;
let calls: { readonly action: string; readonly throttled: boolean; readonly atMs: number }[];
let draws: number[];
let controller: Controller;

beforeEach(() => {
  clock = virtualClock();
  timeline = createTimeline(clock);
  elbv2 = createElbv2({ clock, timeline });
  store = createStore({ clock, timeline });
  const lagMs = (name: string) => (name === 'web-slow' ? 60_000 : 2_000);
  bucket = createTokenBucket({ clock, size: 40, refillPerSecond: 10 });
  faults = createFaults(clock);
  calls = [];
  draws = [];
  const onCall = (call: { action: string; throttled: boolean }) => void calls.push({ ...call, atMs: clock.now() });
  const caller = createElbv2Caller({ elbv2, clock, bucket, faults, onCall });
  const random = () => draws.shift() ?? 0.5;
  controller = createController({ clock, timeline, store, elbv2, caller, lagMs, random });
});

afterEach(() => {
  controller.close();
  elbv2.close();
});

function putPod(name: string, ips: readonly string[], ready = true): void {
  store.put(pod({ name, labels: { app: 'web' }, ips, ready }));
}

/** The Service `web` bound to an ALB's target group, whose ARN it returns. */
function bindWeb(spec: Parameters<typeof service>[0]['spec'] = {}): string {
  const { arn } = elbv2.createTargetGroup({ name: 'web', loadBalancer: 'alb' });
  store.put(service({ name: 'web', spec }));
  store.put(targetGroupBinding({ name: 'web', spec: { targetGroupARN: arn } }));
  return arn;
}

function targets(arn: string): readonly string[] {
  return elbv2.describeTargetHealth(arn).map(({ target, health }) => `${target.id}:${target.port} ${health.state}`);
}

function did(what: string) {
  return timeline.moments.filter((moment) => moment.actor === 'controller' && moment.what === what);
}

test('bindings of both API groups, by ARN or name, register the address of their family and the port of their name', async () => {
  const otherAccount = '999999999999';
  const byArn = elbv2.createTargetGroup({ name: 'by-arn', loadBalancer: 'alb' });
  const byName = elbv2.createTargetGroup({ name: 'by-name', loadBalancer: 'nlb' });
  const sameName = elbv2.createTargetGroup({ name: 'by-name', account: otherAccount, loadBalancer: 'nlb' });
  const instances = elbv2.createTargetGroup({ name: 'instances', targetType: 'instance' });
  const ports = [
    { name: 'admin', port: 81, targetPort: 9090 },
    { name: 'http', port: 80, targetPort: 'http' },
  ];
  store.put(service({ name: 'web', spec: { ports } }));
  const serviceRef = { name: 'web', port: 80 };
  const bindings = {
    'by-arn': { serviceRef, targetGroupARN: byArn.arn },
    instances: { serviceRef, targetGroupARN: instances.arn, targetType: 'instance' },
  } as const;
  for (const [name, spec] of Object.entries(bindings)) store.put(targetGroupBinding({ name, spec }));
  const { spec, ...auto } = targetGroupBinding({ name: 'by-name', apiVersion: 'eks.amazonaws.com/v1' });
  const { targetGroupARN: _, ...named } = { ...spec, targetGroupName: 'by-name', ipAddressType: 'ipv6' } as const;
  store.put({ ...auto, spec: { ...named, serviceRef: { name: 'web', port: 'admin' } } });

  putPod('web-1', ['10.1.0.7', 'fd00::7']);
  await clock.advance(0);
  expect(targets(byArn.arn)).toEqual(['10.1.0.7:8080 healthy']);
  expect(targets(byName.arn)).toEqual(['fd00::7:9090 healthy']);
  expect(targets(sameName.arn)).toEqual([]);
  expect(targets(instances.arn)).toEqual([]);
});

test('a terminating pod is deregistered after its lag, and the others stay', async () => {
  const arn = bindWeb();
  putPod('web-1', ['10.1.0.7']);
  putPod('web-slow', ['10.1.0.8']);
  putPod('web-stays', ['10.1.0.9']);
  store.deletePod(namespace, 'web-1');
  store.deletePod(namespace, 'web-slow');

  await clock.advance(1_999);
  expect(targets(arn)).toEqual(['10.1.0.7:8080 healthy', '10.1.0.8:8080 healthy', '10.1.0.9:8080 healthy']);
  await clock.advance(58_001);
  expect(targets(arn)).toEqual(['10.1.0.7:8080 draining', '10.1.0.8:8080 draining', '10.1.0.9:8080 healthy']);
  expect(did('deregisters target')).toMatchObject([
    { atMs: 2_000, fields: { targetGroup: arn, ip: '10.1.0.7', port: 8080, pod: 'web-1' } },
    { atMs: 60_000, fields: { targetGroup: arn, ip: '10.1.0.8', port: 8080, pod: 'web-slow' } },
  ]);
});

test('a pod that is gone or not ready is deregistered, and one that is ready again in time is not', async () => {
  const arn = bindWeb();
  putPod('web-gone', ['10.1.0.7']);
  putPod('web-flaps', ['10.1.0.8']);
  putPod('web-fails', ['10.1.0.9']);
  store.remove('Pod', namespace, 'web-gone');
  putPod('web-flaps', ['10.1.0.8'], false);
  putPod('web-fails', ['10.1.0.9'], false);
  await clock.advance(1_000);
  putPod('web-flaps', ['10.1.0.8']);
  await clock.advance(10_000);
  expect(targets(arn)).toEqual(['10.1.0.7:8080 draining', '10.1.0.8:8080 healthy', '10.1.0.9:8080 draining']);
});

test('a terminating pod whose Service publishes addresses that are not ready is deregistered only once it is gone', async () => {
  const arn = bindWeb({ publishNotReadyAddresses: true });
  putPod('web-1', ['10.1.0.7']);
  store.deletePod(namespace, 'web-1');
  await clock.advance(25_000);
  expect(targets(arn)).toEqual(['10.1.0.7:8080 healthy']);
  store.finalizePod(namespace, 'web-1');
  await clock.advance(2_000);
  expect(targets(arn)).toEqual(['10.1.0.7:8080 draining']);
});

test('a paused controller does nothing, and catches up when resumed', async () => {
  const arn = bindWeb();
  putPod('web-1', ['10.1.0.7']);
  store.deletePod(namespace, 'web-1');
  await clock.advance(1_000);
  controller.pause();
  putPod('web-2', ['10.1.0.8']);
  await clock.advance(600_000);
  expect(targets(arn)).toEqual(['10.1.0.7:8080 healthy']);
  controller.resume();
  await clock.advance(2_000);
  expect(targets(arn)).toEqual(['10.1.0.7:8080 draining', '10.1.0.8:8080 healthy']);
  expect(did('deregisters target').map(({ atMs }) => atMs)).toEqual([603_000]);
});

describe('under its lock', () => {
  /** The Service and the target group `name`, with one pod in it. */
  function bind(name: string, ip: string): string {
    const { arn } = elbv2.createTargetGroup({ name, loadBalancer: 'alb' });
    store.put(service({ name }));
    store.put(targetGroupBinding({ name, spec: { targetGroupARN: arn } }));
    store.put(pod({ name: `${name}-1`, labels: { app: name }, ips: [ip] }));
    return arn;
  }

  const throttledFor40s = {
    fault: { kind: 'status', status: 400, code: 'Throttling' },
    match: 'DescribeTargetHealth',
    forMs: 40_000,
  } as const;

  test('a throttle of 40 s delays a deregistration by 48.4 s with the pauses of the real controller, and all others with it', async () => {
    const [shop, cart] = [bind('shop', '10.1.0.7'), bind('cart', '10.1.0.8')];
    await clock.advance(10_000);
    faults.add(throttledFor40s);
    // What was seen on the real one: retries after 1.4, 1.5, 2.6, 2.9, 20 and 20 s.
    draws = [1.4 / 2, 1.5 / 4, 2.6 / 8, 2.9 / 16];
    store.deletePod(namespace, 'shop-1');
    store.deletePod(namespace, 'cart-1');
    await clock.advance(2_000 + 48_000);
    expect([...targets(shop), ...targets(cart)]).toEqual(['10.1.0.7:8080 healthy', '10.1.0.8:8080 healthy']);
    await clock.advance(1_000);
    expect([...targets(shop), ...targets(cart)]).toEqual(['10.1.0.7:8080 draining', '10.1.0.8:8080 draining']);
    expect(did('deregisters target').map(({ atMs }) => atMs)).toEqual([60_400, 60_400]);
    // Six refusals, an answer for each group, and not one call of the other group while the lock was held.
    const looks = calls.filter(({ action, atMs }) => action === 'DescribeTargetHealth' && atMs > 10_000);
    expect(looks.map(({ throttled }) => throttled)).toEqual([...Array(6).fill(true), false, false]);
  });

  test('an empty token bucket throttles it like everybody else', async () => {
    const shop = bind('shop', '10.1.0.7');
    await clock.advance(10_000);
    store.deletePod(namespace, 'shop-1');
    await clock.advance(1_999);
    while (bucket.take()) {}
    await clock.advance(1);
    expect(calls.at(-1)).toEqual({ action: 'DescribeTargetHealth', throttled: true, atMs: 12_000 });
    await clock.advance(1_000);
    expect(targets(shop)).toEqual(['10.1.0.7:8080 draining']);
  });

  test('what it knows to be healthy it does not ask for again within five minutes', async () => {
    const arn = bindWeb();
    putPod('web-1', ['10.1.0.7']);
    putPod('web-2', ['10.1.0.8']);
    await clock.advance(1_000);
    putPod('web-3', ['10.1.0.9']);
    await clock.advance(1_000);
    const before = calls.length;
    store.remove('Pod', namespace, 'web-1');
    await clock.advance(2_000);
    // Only web-3 is still in doubt.
    expect(calls.slice(before).map(({ action }) => action)).toEqual(['DescribeTargetHealth', 'DeregisterTargets']);
    expect(targets(arn)).toEqual(['10.1.0.7:8080 draining', '10.1.0.8:8080 healthy', '10.1.0.9:8080 healthy']);
  });

  test('a deregistration that fails is made up for', async () => {
    const shop = bind('shop', '10.1.0.7');
    await clock.advance(1_000);
    faults.add({ fault: { kind: 'status', status: 403 }, match: 'DeregisterTargets', times: 3 });
    store.deletePod(namespace, 'shop-1');
    await clock.advance(3_000);
    expect(targets(shop)).toEqual(['10.1.0.7:8080 draining']);
  });
});

test('backoffMs() is that of the AWS SDK for Go: 2, 4, 8 and 16 s at the most, and then 20 s', () => {
  expect([1, 2, 3, 4, 5, 9].map((retry) => backoffMs(retry, () => 0.5))).toEqual([
    1_000, 2_000, 4_000, 8_000, 20_000, 20_000,
  ]);
});
