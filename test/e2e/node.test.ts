import { describe, expect, test } from 'vitest';
import { restartKubelet } from '../../real/node/node.ts';
import { webDeployment } from '../../real/workload/web.ts';
import { SIDECAR_NAME } from '../../src/workload/sidecar.ts';
import { checkedPod, deletePod, logged } from './support/leave.ts';
import { describeReal } from './support/suite.ts';

const { signal } = new AbortController();
const SETTLE_MS = 20_000;

// What these do to the node concerns every pod on it: one after the other.
describeReal('on a node of our own', (world, cluster) => {
  describe.skipIf(cluster.kind !== 'cluster' || !cluster.ownNode)('whose kubelet', () => {
    test('is restarted in a hold, both of its calls get the same answer', async () => {
      const shop = await world().namespace('restart');
      const group = await shop.addTargetGroup();
      await shop.applyProtected(webDeployment(), { gracePeriodSeconds: 90 });
      const pod = await checkedPod(world(), shop);
      await shop.ready(group, 1);
      await deletePod(shop, pod);
      await logged(world(), pod, 'hold started');
      await restartKubelet(signal);
      const { hold, deregisteredAtMs = Number.NaN, sigtermAtMs, killed } = await shop.fate(pod);
      expect(hold).toMatchObject({ reason: 'drained' });
      expect((sigtermAtMs.get('app') ?? Number.NaN) - deregisteredAtMs).toBeGreaterThanOrEqual(SETTLE_MS);
      expect(killed).toEqual([]);
      const messages = world()
        .aws.diary.lines(pod.metadata.uid, SIDECAR_NAME)
        .map(({ fields }) => fields['msg']);
      expect(messages.filter((message) => message === 'hold started')).toHaveLength(1);
    });

    test('evicts the pod softly: nothing will be deregistered meanwhile, and it is let go at once', async () => {
      const shop = await world().namespace('eviction');
      const group = await shop.addTargetGroup();
      await shop.applyProtected(webDeployment(), { gracePeriodSeconds: 90 });
      const pod = await checkedPod(world(), shop);
      await shop.ready(group, 1);
      try {
        await restartKubelet(signal, {
          evictionSoft: { 'memory.available': '1Ti' },
          evictionSoftGracePeriod: { 'memory.available': '1s' },
          evictionMaxPodGracePeriod: 60,
          evictionPressureTransitionPeriod: '1s',
        });
        // A kubelet that is restarted in between forgets that it wanted to.
        const { hold, killed } = await shop.fate(pod);
        expect(hold).toMatchObject({ reason: 'not-terminating' });
        expect(killed).toEqual([]);
      } finally {
        await restartKubelet(signal);
        // Else the pods of the next part would wait for it.
        await world().kubectl(['wait', 'nodes', '--all', '--for=condition=MemoryPressure=False', '--timeout=60s']);
      }
    });
  });
});
