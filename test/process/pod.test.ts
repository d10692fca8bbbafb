import { describe, expect, test } from 'vitest';
import { addTargetGroup } from '../../sim/add-target-group.ts';
import { targetGroupArn } from '../../sim/aws/target-group.ts';
import type { EmbeddedCluster } from '../../sim/cluster.ts';
import { DELETION_UNSEEN } from '../../src/core/journal.ts';
import { callHook, type Scene, startScene } from '../support/scene.ts';

function withoutPods(cluster: EmbeddedCluster): void {
  addTargetGroup(cluster);
  cluster.kubernetes.deny('pods');
}

describe.concurrent('the hook of a pod that is not being deleted', () => {
  test('is answered at once, without any call to AWS', async () => {
    await using scene = await startScene();
    await scene.cluster.kubelet.failLiveness(scene.pod, 'app');
    expect(await scene.released()).toMatchObject({ reason: 'not-terminating' });
    expect(scene.cluster.aws.requests).toEqual([]);
  });

  test('does not use up the hold of a later deletion', async () => {
    await using scene = await startScene();
    await scene.cluster.kubelet.failLiveness(scene.pod, 'app');
    scene.delete();
    await scene.pod.ended;
    const reasons = scene.pod.log.filter(({ msg }) => msg === 'hold released').map(({ reason }) => reason);
    expect(reasons).toEqual(['not-terminating', 'drained']);
  });

  test('reads the pod at most once a second, however many strangers call', async () => {
    await using scene = await startScene();
    const podReads = () => scene.cluster.kubernetes.requests.filter(({ name }) => name.includes('/pods/')).length;
    const before = podReads();
    const startedAt = scene.cluster.clock.now();
    await Promise.all(
      Array.from({ length: 200 }, () => fetch(`${scene.pod.url}/prestop`).then((response) => response.text())),
    );
    const seconds = (scene.cluster.clock.now() - startedAt) / 1_000;
    expect(podReads() - before).toBeLessThanOrEqual(Math.ceil(seconds) + 1);
    expect(scene.cluster.aws.requests).toEqual([]);
  });

  test('of an eviction by the kubelet is released as well, since nothing tells it from a restart', async () => {
    await using scene = await startScene();
    scene.cluster.kubelet.softEvict(scene.pod);
    expect(await scene.ended()).toMatchObject({ reason: 'not-terminating' });
  });
});

/** A stranger calls the hook of a living pod, and goes on waiting when it is deleted. */
async function deleteUnderAStranger(scene: Scene, from: { readonly localAddress?: string } = {}): Promise<void> {
  const stranger = callHook(scene.pod.url, from);
  await scene.pod.logged(DELETION_UNSEEN);
  await scene.sleep(10_000);
  expect(scene.cluster.aws.requests).toEqual([]);
  scene.delete();
  await scene.pod.ended;
  // From the deletion on it is one hold for both, and ends by what is seen.
  expect(await stranger).toMatchObject({ reason: 'drained' });
  const routedUntilMs = scene.moment('stops routing')?.atMs ?? Number.NaN;
  expect(scene.moment('sends SIGTERM', 'app')?.atMs).toBeGreaterThan(routedUntilMs);
}

describe.concurrent('a stranger, while the own pod cannot be read,', () => {
  const env = { DRAIN_WAIT_GRACE_PERIOD: '300s' };

  test('makes no call to AWS where the EndpointSlices know that it lives, nor ends the hold of its deletion', async () => {
    await using scene = await startScene({ env, prepare: withoutPods });
    await deleteUnderAStranger(scene);
  });

  // Only Linux has a second address without asking for it.
  test.runIf(process.platform === 'linux')(
    'makes none where nothing can be read and the address of the node is known',
    async () => {
      await using scene = await startScene({
        env: { ...env, DRAIN_WAIT_NODE_IPS: '127.0.0.1', DRAIN_WAIT_TARGET_GROUPS: targetGroupArn({ name: 'web' }) },
        prepare(cluster) {
          withoutPods(cluster);
          cluster.kubernetes.deny('endpointslices.discovery.k8s.io');
        },
      });
      await deleteUnderAStranger(scene, { localAddress: '127.0.0.2' });
    },
  );
});

describe.concurrent('a grace period', () => {
  test('shortened during the hold brings the deadline nearer', async () => {
    await using scene = await startScene({ gracePeriodSeconds: 300, lagMs: 200_000 });
    scene.delete();
    await scene.pod.logged('hold started');
    scene.delete(60);
    const { reason, heldMs } = await scene.ended();
    expect(reason).toBe('deadline');
    expect(heldMs).toBeGreaterThanOrEqual(48_000);
    expect(heldMs).toBeLessThan(100_000);
  });

  test('shortened below what has passed releases at once', async () => {
    await using scene = await startScene({ gracePeriodSeconds: 300, lagMs: 200_000 });
    scene.delete();
    await scene.pod.logged('target state');
    scene.delete(1);
    const { reason, deadlineInMs } = await scene.ended();
    expect(reason).toBe('deadline');
    expect(deadlineInMs).toBeLessThanOrEqual(0);
  });

  test('that is too short leaves the application its reserve and is never overrun', async () => {
    await using scene = await startScene({ gracePeriodSeconds: 40, lagMs: 200_000 });
    scene.delete();
    expect(await scene.ended()).toMatchObject({ reason: 'deadline' });
    expect(scene.moment('sends SIGKILL')).toBeUndefined();
    expect(scene.moment('FailedPreStopHook')).toBeUndefined();
  });
});

describe.concurrent('a forced deletion during the hold', () => {
  test('lets it go on, through 404 and then 401, and end by what its targets show', async () => {
    await using scene = await startScene({ lagMs: 30_000 });
    scene.delete();
    await scene.pod.logged('hold started');
    scene.delete(0);
    const { reason, forceDeleted, targets } = await scene.ended();
    expect(reason).toBe('drained');
    expect(forceDeleted).toBe(true);
    expect(targets).toMatchObject([{ state: 'settled', settleMs: 20_000 }]);
    expect(scene.pod.log.filter(({ msg }) => msg === 'pod was force-deleted')).toHaveLength(1);
  });
});
