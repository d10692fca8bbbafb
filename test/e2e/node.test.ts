import { describe, expect, test } from 'vitest';
import { restartKubelet } from '../../real/node/node.ts';
import { settledMs, startScene } from './support/protected-pod.ts';
import { describeReal } from './support/suite.ts';

const { signal } = new AbortController();
const SETTLE_MS = 20_000;

// What these do to the node concerns every pod on it: one after the other.
describeReal('on a node of our own', (world, cluster) => {
  describe.skipIf(cluster.kind !== 'cluster' || !cluster.ownNode)('whose kubelet', () => {
    test('is restarted in a hold, its second call joins the hold of the first', async () => {
      const scene = await startScene(world(), 'restart', { gracePeriodSeconds: 90 });
      await scene.delete();
      await scene.logged('hold started');
      await restartKubelet(signal);
      const fate = await scene.fate();
      expect(fate).toMatchObject({ hold: { reason: 'drained' }, killed: [] });
      expect(settledMs(fate)).toBeGreaterThanOrEqual(SETTLE_MS);
      expect(scene.messages().filter((message) => message === 'hold started')).toHaveLength(1);
    });
  });
});
