import type { V1Container, V1StatefulSet } from '@kubernetes/client-node';
import { describe, expect, test } from 'vitest';
import { webDeployment, webPod } from '../../real/workload/web.ts';
import { protectedPod, safeMs, settledMs, startScene } from './support/protected-pod.ts';
import { describeReal } from './support/suite.ts';

const SETTLE_MS = 20_000;
const FORCE = ['--grace-period=0', '--force'] as const;
/** How long the controller of these tests takes for the pods of the Deployment `stalled`. */
const STALLED_MS = 50_000;

const lagMs = (pod: string) => (pod.startsWith('stalled') ? STALLED_MS : 2_000);

function statefulSet(): V1StatefulSet {
  const metadata = { name: 'web' };
  const selector = { matchLabels: { app: 'web' } };
  const spec = { serviceName: 'web', replicas: 1, selector, template: webPod({}) };
  return { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata, spec };
}

/** Its container is restarted some seconds after its start. */
function failingDeployment() {
  const deployment = webDeployment();
  const [app] = deployment.spec?.template.spec?.containers ?? [];
  const livenessProbe = { tcpSocket: { port: 1 }, initialDelaySeconds: 8, periodSeconds: 1, failureThreshold: 1 };
  Object.assign(app ?? {}, { livenessProbe } satisfies Partial<V1Container>);
  return deployment;
}

describeReal(
  'a pod whose end',
  (world) => {
    describe.concurrent('is out of the ordinary:', () => {
      test('with a grace period that is shortened during the hold it is let go soon, as the operator is in a hurry', async () => {
        const scene = await startScene(world(), 'shortened');
        await scene.delete();
        await scene.logged('hold started');
        await scene.delete(['--grace-period=15']);
        const { hold, killed } = await scene.fate();
        expect(hold).toMatchObject({ reason: 'deadline' });
        expect(hold?.heldMs).toBeLessThan(SETTLE_MS);
        expect(killed).toEqual([]);
      });

      test('with --grace-period=5 it is let go at once, and the application has that time', async () => {
        const scene = await startScene(world(), 'five-seconds');
        await scene.delete(['--grace-period=5']);
        const { hold, killed } = await scene.fate();
        expect(hold).toMatchObject({ reason: 'deadline' });
        expect(hold?.heldMs).toBeLessThan(3_000);
        expect(killed).toEqual([]);
      });

      test('with a grace period that is shorter than the settle time the application keeps its reserve', async () => {
        const scene = await startScene(world(), 'too-short', { gracePeriodSeconds: 25 });
        await scene.delete();
        const { hold, killed } = await scene.fate();
        expect(hold).toMatchObject({ reason: 'deadline' });
        // 25 s, less the reserve of 10 s; the kubelet counts from the call of the hook.
        expect(hold?.heldMs).toBeLessThan(15_000);
        expect(killed).toEqual([]);
      });

      test('by force comes without any warning: the hook is called, and the kubelet waits for nobody', async () => {
        const scene = await startScene(world(), 'forced');
        await scene.delete(FORCE);
        const started = await scene.logged('hold started');
        const told = await scene.logged('told to stop during the hold');
        expect(told.atMs - started.atMs).toBeLessThan(5_000);
      });

      test('by force comes during a hold: the hold goes on, as the kubelet does', async () => {
        const scene = await startScene(world(), 'forced-later');
        await scene.delete();
        await scene.logged('hold started');
        await scene.delete(FORCE);
        const fate = await scene.fate();
        expect(fate.hold).toMatchObject({ reason: 'drained', forceDeleted: true });
        expect(fate.warnings).toContain('pod was force-deleted');
        expect(settledMs(fate)).toBeGreaterThanOrEqual(SETTLE_MS);
      });

      test('by force makes room for the next one of a StatefulSet, of the same name: each has its own hold', async () => {
        const scene = await startScene(world(), 'same-name', { workload: statefulSet() });
        await scene.delete();
        await scene.logged('hold started');
        await scene.delete(FORCE);
        const next = await protectedPod(world(), scene.shop, scene.pod);
        expect(next.pod.metadata.name).toBe(scene.pod.metadata.name);
        const targets = [{ ip: scene.pod.status.podIP }];
        expect((await scene.fate()).hold).toMatchObject({ reason: 'drained', forceDeleted: true, targets });
        await next.delete();
        const { hold } = await next.fate();
        expect(hold).toMatchObject({ reason: 'drained', targets: [{ ip: next.pod.status.podIP }] });
        expect(hold).not.toHaveProperty('forceDeleted');
      });

      test('waits for a controller that has stalled for 50 s', async () => {
        const scene = await startScene(world(), 'stalled', {
          workload: webDeployment({ name: 'stalled' }),
          bound: { service: { selector: { app: 'stalled' } } },
          gracePeriodSeconds: 120,
        });
        await scene.delete();
        const fate = await scene.fate();
        const { hold, deletedAtMs = Number.NaN, deregisteredAtMs = Number.NaN } = fate;
        expect(deregisteredAtMs - deletedAtMs).toBeGreaterThan(STALLED_MS - 1_000);
        expect(hold).toMatchObject({ reason: 'drained' });
        expect(safeMs(fate)).toBeGreaterThan(0);
      });

      test('is only that of a container, which its liveness probe restarts: it is let go at once', async () => {
        const scene = await startScene(world(), 'liveness', { workload: failingDeployment() });
        const { fields } = await scene.logged('hold released');
        expect(fields).toMatchObject({ reason: 'not-terminating' });
        expect(fields['heldMs']).toBeLessThan(3_000);
      });
    });
  },
  { lagMs },
);
