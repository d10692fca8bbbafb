import { describe, expect, test } from 'vitest';
import { webDeployment } from '../../real/workload/web.ts';
import { eventually } from '../support/eventually.ts';
import { startScene } from './support/protected-pod.ts';
import { describeReal } from './support/suite.ts';

describeReal('what a hold leaves behind', (world) => {
  describe.concurrent('for people', () => {
    test('kubectl describe pod tells the story while the application ends, and kubectl get events afterwards', async () => {
      const scene = await startScene(world(), 'story');
      const { name } = scene.pod.metadata;
      // Keeps the application from ending for some seconds after its SIGTERM, so that there is a pod to describe.
      const slow = fetch(`http://${scene.pod.status.podIP}:8080/slow?ms=120000`).catch(() => {});
      await scene.delete();
      await scene.logged('hold released');
      const story =
        /Normal\s+DrainWaitHolding\s.*drain-wait\s+Holding SIGTERM .*\n(.*\n)*.*Normal\s+DrainWaitDrained\s.*drain-wait\s+Held SIGTERM for [\d.]+ s: \S+ \(ALB\) draining after [\d.]+ s, settled 20 s/;
      await eventually(async () => expect(await scene.shop.kubectl(['describe', 'pod', name])).toMatch(story));
      const { hold } = await scene.fate();
      await slow;
      const events = await scene.shop.kubectl([
        'get',
        'events',
        '--sort-by=.eventTime',
        `--field-selector=involvedObject.name=${name}`,
      ]);
      expect(events).toMatch(/Normal\s+DrainWaitHolding\s+pod\/\S+\s+Holding SIGTERM/);
      expect(events).toContain(`Held SIGTERM for ${Math.round((hold?.heldMs ?? 0) / 100) / 10} s: `);
      expect(events).not.toContain('DrainWaitMisconfigured');
    });

    test('a grace period that is too short is a warning on the pod as soon as it has started', async () => {
      const scene = await startScene(world(), 'short', { gracePeriodSeconds: 25 });
      const { name } = scene.pod.metadata;
      await eventually(async () =>
        expect(await scene.shop.kubectl(['describe', 'pod', name])).toMatch(
          /Warning\s+DrainWaitMisconfigured\s.*a grace period of 25 s leaves 13 s .* terminationGracePeriodSeconds: 60/,
        ),
      );
    });

    test('in observe mode the pod goes at once, and its Event says for how long it would have stayed', async () => {
      const env = [{ name: 'DRAIN_WAIT_MODE', value: 'observe' }];
      const scene = await startScene(world(), 'observe', { env, workload: webDeployment() });
      await scene.delete();
      const { sigtermAtMs, deregisteredAtMs, routedUntilMs } = await scene.fate();
      expect(sigtermAtMs.get('app')).toBeLessThan(routedUntilMs ?? deregisteredAtMs ?? 0);
      const events = await scene.shop.kubectl(['get', 'events']);
      expect(events).toMatch(/DrainWaitHolding\s.*Observing: would hold SIGTERM/);
      expect(events).toMatch(/DrainWaitCutShort\s.*Would have held SIGTERM for [\d.]+ s when told to stop/);
    });
  });
});
