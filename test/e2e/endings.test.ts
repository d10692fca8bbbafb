import type { V1StatefulSet } from '@kubernetes/client-node';
import { describe, expect, test } from 'vitest';
import { webDeployment, webPod } from '../../real/workload/web.ts';
import { SIDECAR_NAME } from '../../src/workload/sidecar.ts';
import { checkedPod, deletePod, leave, logged } from './support/leave.ts';
import { describeReal } from './support/suite.ts';

const SETTLE_MS = 20_000;
const FORCE = ['--grace-period=0', '--force'] as const;
/** How long the controller of these tests takes for the pods of the Deployment `stalled`. */
const STALLED_MS = 50_000;

function statefulSet(): V1StatefulSet {
  const metadata = { name: 'web' };
  const selector = { matchLabels: { app: 'web' } };
  const spec = { serviceName: 'web', replicas: 1, selector, template: webPod({}) };
  return { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata, spec };
}

const lagMs = (pod: string) => (pod.startsWith('stalled') ? STALLED_MS : 2_000);

describeReal(
  'a pod whose end',
  (world) => {
    describe.concurrent('is out of the ordinary:', () => {
      test('with a grace period that is shortened during the hold it is let go soon, as the operator is in a hurry', async () => {
        const shop = await world().namespace('shortened');
        const group = await shop.addTargetGroup();
        await shop.applyProtected(webDeployment());
        const pod = await checkedPod(world(), shop);
        await shop.ready(group, 1);
        await deletePod(shop, pod);
        await logged(world(), pod, 'hold started');
        await deletePod(shop, pod, ['--grace-period=15']);
        const { hold, killed } = await shop.fate(pod);
        expect(hold).toMatchObject({ reason: 'deadline' });
        expect(hold?.heldMs).toBeLessThan(SETTLE_MS);
        expect(killed).toEqual([]);
      });

      test('with --grace-period=5 it is let go at once, and the application has that time', async () => {
        const shop = await world().namespace('five-seconds');
        const group = await shop.addTargetGroup();
        await shop.applyProtected(webDeployment());
        const { hold, killed } = await leave(world(), shop, [group], ['--grace-period=5']);
        expect(hold).toMatchObject({ reason: 'deadline' });
        expect(hold?.heldMs).toBeLessThan(3_000);
        expect(killed).toEqual([]);
      });

      test('with a grace period that is shorter than the settle time the application keeps its reserve', async () => {
        const shop = await world().namespace('too-short');
        const group = await shop.addTargetGroup();
        await shop.applyProtected(webDeployment(), { gracePeriodSeconds: 25 });
        const { hold, sigtermAtMs, deletedAtMs = Number.NaN, killed } = await leave(world(), shop, [group]);
        expect(hold).toMatchObject({ reason: 'deadline', deadlineInMs: 0 });
        // 25 s, less the reserve of 10 s.
        expect((sigtermAtMs.get('app') ?? Number.NaN) - deletedAtMs).toBeLessThan(15_000);
        expect(killed).toEqual([]);
      });

      test('by force comes without any warning: the hook is called, and the kubelet waits for nobody', async () => {
        const shop = await world().namespace('forced');
        const group = await shop.addTargetGroup();
        await shop.applyProtected(webDeployment());
        const pod = await checkedPod(world(), shop);
        await shop.ready(group, 1);
        await deletePod(shop, pod, FORCE);
        const startedAtMs = await logged(world(), pod, 'hold started');
        const toldAtMs = await logged(world(), pod, 'told to stop during the hold');
        expect(toldAtMs - startedAtMs).toBeLessThan(5_000);
      });

      test('by force comes during a hold: the hold goes on, as the kubelet does', async () => {
        const shop = await world().namespace('forced-later');
        const group = await shop.addTargetGroup();
        await shop.applyProtected(webDeployment());
        const pod = await checkedPod(world(), shop);
        await shop.ready(group, 1);
        await deletePod(shop, pod);
        await logged(world(), pod, 'hold started');
        await deletePod(shop, pod, FORCE);
        const { hold, deregisteredAtMs = Number.NaN, sigtermAtMs, warnings } = await shop.fate(pod);
        expect(hold).toMatchObject({ reason: 'drained', forceDeleted: true });
        expect(warnings).toContain('pod was force-deleted');
        expect((sigtermAtMs.get('app') ?? Number.NaN) - deregisteredAtMs).toBeGreaterThanOrEqual(SETTLE_MS);
      });

      test('by force makes room for the next one of a StatefulSet, of the same name: each has its own hold', async () => {
        const shop = await world().namespace('same-name');
        const group = await shop.addTargetGroup();
        await shop.applyProtected(statefulSet());
        const first = await checkedPod(world(), shop);
        await shop.ready(group, 1);
        await deletePod(shop, first);
        await logged(world(), first, 'hold started');
        await deletePod(shop, first, FORCE);
        const second = await shop.until('the next one has come', () =>
          shop.pods().find(({ metadata }) => metadata.uid !== first.metadata.uid),
        );
        expect(second.metadata.name).toBe(first.metadata.name);
        const { hold } = await shop.fate(first);
        expect(hold).toMatchObject({ reason: 'drained', forceDeleted: true, targets: [{ ip: first.status.podIP }] });
        await logged(world(), second, 'start-up check');
        await deletePod(shop, second);
        expect((await shop.fate(second)).hold).toMatchObject({ reason: 'drained' });
      });

      test('waits for a controller that has stalled for 50 s', async () => {
        const shop = await world().namespace('stalled');
        const group = await shop.addTargetGroup('web', { service: { selector: { app: 'stalled' } } });
        await shop.applyProtected(webDeployment({ name: 'stalled' }), { gracePeriodSeconds: 120 });
        const pod = await checkedPod(world(), shop, 'stalled');
        await shop.ready(group, 1);
        await deletePod(shop, pod);
        const {
          hold,
          deletedAtMs = 0,
          deregisteredAtMs = 0,
          routedUntilMs = Number.NaN,
          sigtermAtMs,
        } = await shop.fate(pod);
        expect(deregisteredAtMs - deletedAtMs).toBeGreaterThan(STALLED_MS - 1_000);
        expect(hold).toMatchObject({ reason: 'drained' });
        expect(sigtermAtMs.get('app')).toBeGreaterThan(routedUntilMs);
      });

      test('is only that of a container, which its liveness probe restarts: it is let go at once', async () => {
        const shop = await world().namespace('liveness');
        await shop.addTargetGroup();
        const deployment = webDeployment();
        const [app] = deployment.spec?.template.spec?.containers ?? [];
        if (app !== undefined)
          app.livenessProbe = { tcpSocket: { port: 1 }, initialDelaySeconds: 8, periodSeconds: 1, failureThreshold: 1 };
        await shop.applyProtected(deployment);
        const pod = await checkedPod(world(), shop);
        await logged(world(), pod, 'hold released');
        const [released] = world()
          .aws.diary.lines(pod.metadata.uid, SIDECAR_NAME)
          .filter(({ fields }) => fields['msg'] === 'hold released');
        expect(released?.fields).toMatchObject({ reason: 'not-terminating' });
        expect(released?.fields['heldMs']).toBeLessThan(3_000);
      });
    });
  },
  { lagMs },
);
