import { describe, expect, test } from 'vitest';
import { webDeployment } from '../../real/workload/web.ts';
import { UNDRAINABLE } from '../../src/core/journal.ts';
import { SIDECAR_NAME } from '../../src/workload/sidecar.ts';
import { checkedPod, deletePod, leave } from './support/leave.ts';
import { describeReal } from './support/suite.ts';

const ALB_SETTLE_MS = 20_000;
/** Short, so that these tests are; longer than an ALB's, so that it can be told apart. */
const NLB_SETTLE = { name: 'DRAIN_WAIT_SETTLE_NLB', value: '30s' };

describeReal('a pod is let go by its load balancers', (world) => {
  describe.concurrent('whatever its shape', () => {
    test.each(['native', 'classic'] as const)('with a %s sidecar, which ends by itself afterwards', async (sidecar) => {
      const shop = await world().namespace(sidecar);
      const group = await shop.addTargetGroup();
      await shop.applyProtected(webDeployment(), { sidecar });
      const pod = await checkedPod(world(), shop);
      const fate = await leave(world(), shop, [group]);
      expect(fate.hold).toMatchObject({ reason: 'drained' });
      expect(fate.killed).toEqual([]);
      const { deregisteredAtMs = Number.NaN, sigtermAtMs } = fate;
      expect((sigtermAtMs.get('app') ?? 0) - deregisteredAtMs).toBeGreaterThanOrEqual(ALB_SETTLE_MS);
      const end = world().aws.diary.terminations.find(
        ({ uid, container }) => uid === pod.metadata.uid && container === SIDECAR_NAME,
      );
      expect(end).toMatchObject({ exitCode: 0 });
    });

    test('with two containers that have the hook: one hold for both', async () => {
      const shop = await world().namespace('two-containers');
      const group = await shop.addTargetGroup();
      await shop.applyProtected(webDeployment({ containers: ['app', 'proxy'] }), { alsoHook: [1] });
      const pod = await checkedPod(world(), shop);
      const { deregisteredAtMs = Number.NaN, sigtermAtMs } = await leave(world(), shop, [group]);
      for (const container of ['app', 'proxy'])
        expect((sigtermAtMs.get(container) ?? 0) - deregisteredAtMs).toBeGreaterThanOrEqual(ALB_SETTLE_MS);
      const messages = world()
        .aws.diary.lines(pod.metadata.uid, SIDECAR_NAME)
        .map(({ fields }) => fields['msg']);
      expect(messages.filter((message) => message === 'hold started')).toHaveLength(1);
    });

    test('in two target groups of one Service', async () => {
      const shop = await world().namespace('two-groups');
      const alb = await shop.addTargetGroup('web');
      const serviceRef = { name: 'web', port: 80 };
      const nlb = await shop.addTargetGroup('web-nlb', { group: { loadBalancer: 'nlb' }, binding: { serviceRef } });
      await shop.applyProtected(webDeployment(), { env: [NLB_SETTLE] });
      const { hold, deregisteredAtMs = Number.NaN, sigtermAtMs } = await leave(world(), shop, [alb, nlb]);
      expect(hold).toMatchObject({ reason: 'drained' });
      expect(hold?.targets.map(({ loadBalancer }) => loadBalancer).toSorted()).toEqual(['alb', 'nlb']);
      expect((sigtermAtMs.get('app') ?? 0) - deregisteredAtMs).toBeGreaterThanOrEqual(30_000);
    });

    test('behind two Services that select it', async () => {
      const shop = await world().namespace('two-services');
      const groups = [await shop.addTargetGroup('web'), await shop.addTargetGroup('admin')];
      await shop.applyProtected(webDeployment());
      const { hold } = await leave(world(), shop, groups);
      expect(hold).toMatchObject({ reason: 'drained', targets: [{ state: 'settled' }, { state: 'settled' }] });
    });

    test('behind ports that have names only', async () => {
      const shop = await world().namespace('named-port');
      const group = await shop.addTargetGroup('web', {
        service: {
          ports: [
            { name: 'other', port: 81, targetPort: 9090 },
            { name: 'public', port: 80, targetPort: 'http' },
          ],
        },
        binding: { serviceRef: { name: 'web', port: 'public' } },
      });
      await shop.applyProtected(webDeployment());
      const { hold } = await leave(world(), shop, [group]);
      expect(hold).toMatchObject({ reason: 'drained', targets: [{ port: 8080 }] });
    });

    test('whose Service selects others already (blue-green)', async () => {
      const shop = await world().namespace('blue-green');
      const group = await shop.addTargetGroup();
      await shop.applyProtected(webDeployment());
      const pod = await checkedPod(world(), shop);
      await shop.ready(group, 1);
      await shop.kubectl(['patch', 'service', 'web', '--patch={"spec":{"selector":{"app":"green"}}}']);
      await deletePod(shop, pod);
      const { hold, routedUntilMs = Number.NaN, sigtermAtMs } = await shop.fate(pod);
      expect(hold).toMatchObject({ reason: 'drained', targets: [{ state: 'settled' }] });
      expect(sigtermAtMs.get('app')).toBeGreaterThan(routedUntilMs);
    });

    test('with an address of each family, by the one that the target group takes', async () => {
      const shop = await world().namespace('dual-stack');
      const service = { clusterIP: 'None', ipFamilyPolicy: 'RequireDualStack' } as object;
      const group = await shop.addTargetGroup('web', { group: { ipAddressType: 'ipv6' }, service });
      await shop.applyProtected(webDeployment());
      const pod = await checkedPod(world(), shop);
      const { hold } = await leave(world(), shop, [group]);
      const ipv6 = pod.status.podIPs?.find(({ ip }) => ip.includes(':'))?.ip;
      expect(ipv6).toBeDefined();
      expect(hold).toMatchObject({ reason: 'drained', targets: [{ ip: ipv6 }] });
    });

    test('behind a headless Service', async () => {
      const shop = await world().namespace('headless');
      const group = await shop.addTargetGroup('web', { service: { clusterIP: 'None' } as object });
      await shop.applyProtected(webDeployment());
      expect((await leave(world(), shop, [group])).hold).toMatchObject({ reason: 'drained' });
    });

    test('behind no load balancer, after the minimum hold', async () => {
      const shop = await world().namespace('no-target');
      await shop.applyProtected(webDeployment());
      const { hold, calls } = await leave(world(), shop, []);
      expect(hold).toMatchObject({ reason: 'not-a-target', targets: [] });
      expect(calls).toBe(0);
    });
  });

  test('but not behind a Service with publishNotReadyAddresses: it is held to its deadline, and says why', async () => {
    const shop = await world().namespace('not-ready');
    const group = await shop.addTargetGroup('web', { service: { publishNotReadyAddresses: true } });
    await shop.applyProtected(webDeployment(), { gracePeriodSeconds: 40 });
    const { hold, warnings, killed } = await leave(world(), shop, [group]);
    expect(hold).toMatchObject({ reason: 'deadline', targets: [{ state: 'registered' }] });
    expect(warnings).toContain(UNDRAINABLE);
    expect(killed).toEqual([]);
  });
});
