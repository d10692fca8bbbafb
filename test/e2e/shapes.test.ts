import { describe, expect, test } from 'vitest';
import { webDeployment } from '../../real/workload/web.ts';
import { UNDRAINABLE } from '../../src/core/journal.ts';
import { SIDECAR_NAME } from '../../src/workload/sidecar.ts';
import { protectedPod, safeMs, settledMs, startScene } from './support/protected-pod.ts';
import { describeReal } from './support/suite.ts';

const ALB_SETTLE_MS = 20_000;
/** Short, so that these tests are; longer than an ALB's, so that it can be told apart. */
const NLB_SETTLE = { name: 'DRAIN_WAIT_SETTLE_NLB', value: '30s' };
const HEADLESS = { clusterIP: 'None' };
const DUAL_STACK = { ...HEADLESS, ipFamilyPolicy: 'RequireDualStack' };

describeReal('a pod is let go by its load balancers', (world) => {
  describe.concurrent('whatever its shape', () => {
    test.each(['native', 'classic'] as const)('with a %s sidecar, which ends by itself afterwards', async (sidecar) => {
      const scene = await startScene(world(), sidecar, { sidecar });
      await scene.delete();
      const fate = await scene.fate();
      expect(fate).toMatchObject({ hold: { reason: 'drained' }, killed: [] });
      expect(settledMs(fate)).toBeGreaterThanOrEqual(ALB_SETTLE_MS);
      const end = world().aws.diary.terminations.find(
        ({ uid, container }) => uid === scene.pod.metadata.uid && container === SIDECAR_NAME,
      );
      expect(end).toMatchObject({ exitCode: 0 });
    });

    test('with two containers that have the hook: one hold for both', async () => {
      const workload = webDeployment({ containers: ['app', 'proxy'] });
      const scene = await startScene(world(), 'two-containers', { workload, alsoHook: [1] });
      await scene.delete();
      const fate = await scene.fate();
      expect(settledMs(fate, 'app')).toBeGreaterThanOrEqual(ALB_SETTLE_MS);
      expect(settledMs(fate, 'proxy')).toBeGreaterThanOrEqual(ALB_SETTLE_MS);
      expect(scene.messages().filter((message) => message === 'hold started')).toHaveLength(1);
    });

    test('with two containers of which one has no hook: that one gets SIGTERM at once', async () => {
      const scene = await startScene(world(), 'one-hook', {
        workload: webDeployment({ containers: ['app', 'proxy'] }),
      });
      await scene.delete();
      const fate = await scene.fate();
      expect(settledMs(fate, 'app')).toBeGreaterThanOrEqual(ALB_SETTLE_MS);
      expect(settledMs(fate, 'proxy')).toBeLessThan(0);
    });

    test('in two target groups of one Service', async () => {
      const scene = await startScene(world(), 'two-groups', { env: [NLB_SETTLE] });
      const serviceRef = { name: 'web', port: 80 };
      const nlb = await scene.shop.addTargetGroup('nlb', { group: { loadBalancer: 'nlb' }, binding: { serviceRef } });
      await scene.shop.ready(nlb, 1);
      await scene.delete();
      const fate = await scene.fate();
      expect(fate.hold).toMatchObject({ reason: 'drained' });
      expect(fate.hold?.targets.map(({ loadBalancer }) => loadBalancer).toSorted()).toEqual(['alb', 'nlb']);
      expect(settledMs(fate)).toBeGreaterThanOrEqual(30_000);
    });

    test('behind two Services that select it', async () => {
      const scene = await startScene(world(), 'two-services');
      await scene.shop.ready(await scene.shop.addTargetGroup('admin'), 1);
      await scene.delete();
      const targets = [{ state: 'settled' }, { state: 'settled' }];
      expect(await scene.fate()).toMatchObject({ hold: { reason: 'drained', targets } });
    });

    test('behind ports that have names only', async () => {
      const other = { name: 'other', port: 81, targetPort: 9090 };
      const named = { name: 'public', port: 80, targetPort: 'http' };
      const binding = { serviceRef: { name: 'web', port: 'public' } };
      const scene = await startScene(world(), 'named-port', { bound: { service: { ports: [other, named] }, binding } });
      await scene.delete();
      expect(await scene.fate()).toMatchObject({ hold: { reason: 'drained', targets: [{ port: 8080 }] } });
    });

    test('whose Service selects others already (blue-green)', async () => {
      const scene = await startScene(world(), 'blue-green');
      await scene.shop.kubectl(['patch', 'service', 'web', '--patch={"spec":{"selector":{"app":"green"}}}']);
      await scene.delete();
      const fate = await scene.fate();
      expect(fate.hold).toMatchObject({ reason: 'drained', targets: [{ state: 'settled' }] });
      expect(safeMs(fate)).toBeGreaterThan(0);
    });

    test('with an address of each family, by the one that the target group takes', async () => {
      const bound = { group: { ipAddressType: 'ipv6' as const }, service: DUAL_STACK };
      const scene = await startScene(world(), 'dual-stack', { bound });
      await scene.delete();
      const ipv6 = scene.pod.status.podIPs?.find(({ ip }) => ip.includes(':'))?.ip;
      expect(ipv6).toBeDefined();
      expect(await scene.fate()).toMatchObject({ hold: { reason: 'drained', targets: [{ ip: ipv6 }] } });
    });

    test('behind a headless Service', async () => {
      const scene = await startScene(world(), 'headless', { bound: { service: HEADLESS } });
      await scene.delete();
      expect(await scene.fate()).toMatchObject({ hold: { reason: 'drained' } });
    });

    test('behind no load balancer, after the minimum hold', async () => {
      const shop = await world().namespace('no-target');
      await shop.applyProtected(webDeployment());
      const pod = await protectedPod(world(), shop);
      await pod.delete();
      expect(await pod.fate()).toMatchObject({ hold: { reason: 'not-a-target', targets: [] }, calls: 0 });
    });

    test('but not behind a Service with publishNotReadyAddresses: it is held to its deadline, and says why', async () => {
      const bound = { service: { publishNotReadyAddresses: true } };
      const scene = await startScene(world(), 'not-ready', { bound, gracePeriodSeconds: 40 });
      await scene.delete();
      const { hold, warnings, killed } = await scene.fate();
      expect(hold).toMatchObject({ reason: 'deadline', targets: [{ state: 'registered' }] });
      expect(warnings).toContain(UNDRAINABLE);
      expect(killed).toEqual([]);
    });
  });
});
