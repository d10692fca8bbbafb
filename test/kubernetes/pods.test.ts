import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { pod, rfc3339 } from '../../sim/kubernetes/builders.ts';
import type { Container, Pod, PodSpec } from '../../sim/kubernetes/objects.ts';
import type { OwnPod } from '../../src/core/ports.ts';
import { NEVER, startKubernetes, type TestKubernetes, WEB_1 } from '../support/kubernetes.ts';

const STARTED_AT = Date.UTC(2026, 0, 1, 12);

let kubernetes: TestKubernetes;

beforeEach(async () => {
  kubernetes = await startKubernetes();
});

afterEach(() => kubernetes.close());

function read(object: Pod): Promise<OwnPod> {
  kubernetes.store.put(object);
  return kubernetes.cluster.readPod(WEB_1, NEVER);
}

describe('readPod()', () => {
  test('gives all that a hold needs to know of a running pod', async () => {
    const gates = ['target-health.elbv2.k8s.aws/web', 'example.com/other'];
    const object = pod({
      name: 'web-1',
      annotations: { 'drain-wait/target-groups': 'arn' },
      spec: { readinessGates: gates.map((conditionType) => ({ conditionType })) },
    });
    expect(await read(object)).toEqual({
      uid: object.metadata.uid,
      ips: ['10.1.0.7'],
      annotations: { 'drain-wait/target-groups': 'arn' },
      readinessGates: gates,
      terminating: false,
      gracePeriodMs: 30_000,
      neverReady: false,
      sidecar: undefined,
      containers: [{ name: 'app', isSidecar: false, preStop: { kind: 'none' } }],
    } satisfies OwnPod);
  });

  test('gives the IPs of both families, in one spelling, and none before there are any', async () => {
    expect((await read(pod({ name: 'web-1', ips: ['10.1.0.7', 'FD00:0:0::7'] }))).ips).toEqual(['10.1.0.7', 'fd00::7']);
    expect((await read(pod({ name: 'web-1', ips: [] }))).ips).toEqual([]);
  });

  test('reads the pod of the asked name in the asked namespace', async () => {
    kubernetes.store.put(pod({ name: 'web-1' }));
    const other = kubernetes.store.put(pod({ name: 'web-1', namespace: 'shop' }));
    const found = await kubernetes.cluster.readPod({ ...WEB_1, namespace: 'shop' }, NEVER);
    expect(found.uid).toBe(other.metadata.uid);
  });
});

describe('the grace period', () => {
  test('of a deleted pod is that of the deletion', async () => {
    kubernetes.store.put(pod({ name: 'web-1', spec: { terminationGracePeriodSeconds: 90 } }));
    kubernetes.store.deletePod('default', 'web-1', { gracePeriodSeconds: 7 });
    const { terminating, gracePeriodMs } = await kubernetes.cluster.readPod(WEB_1, NEVER);
    expect({ terminating, gracePeriodMs }).toEqual({ terminating: true, gracePeriodMs: 7_000 });
  });

  test.each([90, 0])(
    'of a pod that is not deleted is that of its spec: %i s',
    async (terminationGracePeriodSeconds) => {
      const { gracePeriodMs } = await read(pod({ name: 'web-1', spec: { terminationGracePeriodSeconds } }));
      expect(gracePeriodMs).toBe(terminationGracePeriodSeconds * 1_000);
    },
  );

  test('is 30 s where neither gives one', async () => {
    const object = pod({ name: 'web-1' });
    const { terminationGracePeriodSeconds: _, ...spec } = object.spec;
    expect((await read({ ...object, spec: spec as PodSpec })).gracePeriodMs).toBe(30_000);
  });
});

describe('neverReady', () => {
  const startTime = rfc3339(STARTED_AT);

  test.each([
    [true, 'is False since the start', 'False', 0],
    [true, 'is False since a second after the start, which is rounding', 'False', 1_000],
    [false, 'became False later', 'False', 2_000],
    [false, 'is True', 'True', 0],
    [false, 'is Unknown, because the node is lost', 'Unknown', 0],
  ] as const)('is %s where the Ready condition %s', async (expected, _, status, afterMs) => {
    const conditions = [{ type: 'Ready', status, lastTransitionTime: rfc3339(STARTED_AT + afterMs) }];
    expect((await read(pod({ name: 'web-1', status: { startTime, conditions } }))).neverReady).toBe(expected);
  });

  test('is false where the pod has no Ready condition, whatever others say', async () => {
    const conditions = [{ type: 'ContainersReady', status: 'False', lastTransitionTime: startTime }] as const;
    expect((await read(pod({ name: 'web-1', status: { startTime, conditions } }))).neverReady).toBe(false);
  });

  test('is false where the start is not known', async () => {
    const object = pod({ name: 'web-1', ready: false });
    const { startTime: _, ...status } = object.status;
    expect((await read({ ...object, status })).neverReady).toBe(false);
  });
});

describe('sidecar', () => {
  const app: Container = { name: 'app', env: [{ name: 'PORT', value: '8080' }] };
  const ours: Container = { name: 'any-name', env: [{ name: 'DRAIN_WAIT_POD_NAME', value: 'web-1' }] };
  const alike: Container = { name: 'drain-wait', env: [{ name: 'NO_DRAIN_WAIT_', value: '1' }] };
  const native: Container = { ...ours, restartPolicy: 'Always' };

  test.each<readonly [OwnPod['sidecar'], string, Partial<PodSpec>]>([
    ['native', 'an init container that is always restarted', { initContainers: [{ name: 'migrate' }, native] }],
    ['classic', 'one of the containers', { containers: [app, ours] }],
    ['native', 'both kinds', { containers: [app, ours], initContainers: [native] }],
    [undefined, 'an init container that ends', { initContainers: [ours] }],
    [undefined, 'no container', { containers: [app, alike], initContainers: [{ ...alike, restartPolicy: 'Always' }] }],
  ])('is %s where %s has our settings', async (expected, _, spec) => {
    expect((await read(pod({ name: 'web-1', spec: { containers: [app], ...spec } }))).sidecar).toBe(expected);
  });
});
