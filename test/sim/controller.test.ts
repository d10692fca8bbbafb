import { afterEach, beforeEach, expect, test } from 'vitest';
import { createElbv2, type Elbv2 } from '../../sim/aws/elbv2.ts';
import { type Controller, createController } from '../../sim/controller.ts';
import { pod, service, targetGroupBinding } from '../../sim/kubernetes/builders.ts';
import { createStore, type Store } from '../../sim/kubernetes/store.ts';
import { createTimeline, type Timeline } from '../../sim/timeline.ts';
import { type VirtualClock, virtualClock } from '../../sim/virtual-clock.ts';

const namespace = 'default';

let clock: VirtualClock;
let timeline: Timeline;
let elbv2: Elbv2;
let store: Store;
let controller: Controller;

beforeEach(() => {
  clock = virtualClock();
  timeline = createTimeline(clock);
  elbv2 = createElbv2({ clock, timeline });
  store = createStore({ clock, timeline });
  const lagMs = (name: string) => (name === 'web-slow' ? 60_000 : 2_000);
  controller = createController({ clock, timeline, store, elbv2, lagMs });
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

test('bindings of both API groups, by ARN or name, register the address of their family and the port of their name', () => {
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
