import { describe, expect, test } from 'vitest';
import { addTargetGroup } from '../../sim/add-target-group.ts';
import { POD_IP, startScene } from '../support/scene.ts';

describe.concurrent('a pod that is deleted', () => {
  test('gets SIGTERM the settle time after its target was first seen draining', async () => {
    await using scene = await startScene();
    scene.delete();
    const { reason, targets } = await scene.ended();
    expect(reason).toBe('drained');
    expect(targets).toMatchObject([
      { ip: POD_IP, port: 8080, loadBalancer: 'alb', state: 'settled', settleMs: 20_000 },
    ]);
    expect(scene.calls('DescribeTargetHealth')).toBeLessThanOrEqual(5);
    expect(scene.moment('preStop answered', 'app')?.fields).toMatchObject({ status: 200 });
    const order = ['deregisters target', 'stops routing', 'preStop answered', 'sends SIGTERM', 'pod ended'];
    const happened = scene.cluster.timeline.moments.map(({ what }) => what).filter((what) => order.includes(what));
    expect([...new Set(happened)]).toEqual(order);
  });

  test('in two target groups is answered when the last has settled, each with its own time', async () => {
    await using scene = await startScene({
      gracePeriodSeconds: 600,
      containerPorts: [
        { name: 'http', containerPort: 8080 },
        { name: 'grpc', containerPort: 9090 },
      ],
      prepare(cluster) {
        addTargetGroup(cluster, 'web');
        addTargetGroup(cluster, 'grpc', {
          group: { loadBalancer: 'nlb', protocol: 'TCP' },
          service: { ports: [{ name: 'grpc', port: 80, targetPort: 'grpc' }] },
        });
        cluster.elbv2.createTargetGroup({ name: 'other', loadBalancer: 'alb' });
      },
    });
    // One group lags: its controller is slower than the other's.
    const [web, grpc] = scene.cluster.elbv2.targetGroups();
    scene.cluster.controller.pause();
    scene.delete();
    await scene.sleep(3_000);
    scene.cluster.elbv2.deregisterTargets(web?.arn ?? '', [{ id: POD_IP, port: 8080 }]);
    await scene.sleep(12_000);
    scene.cluster.elbv2.deregisterTargets(grpc?.arn ?? '', [{ id: POD_IP, port: 9090 }]);
    const { reason, heldMs, targets } = await scene.ended();
    expect(reason).toBe('drained');
    const [alb, nlb] = ['alb', 'nlb'].map((kind) => targets.find(({ loadBalancer }) => loadBalancer === kind));
    expect(alb).toMatchObject({ targetGroup: web?.arn, port: 8080, settleMs: 20_000 });
    expect(nlb).toMatchObject({ targetGroup: grpc?.arn, port: 9090, settleMs: 120_000 });
    expect(nlb?.lagMs).toBeGreaterThan(alb?.lagMs ?? Number.NaN);
    const stopped = scene.cluster.timeline.moments.filter(({ what }) => what === 'stops routing');
    expect(stopped).toHaveLength(2);
    for (const { atMs } of stopped) expect(scene.moment('sends SIGTERM', 'app')?.atMs).toBeGreaterThan(atMs);
    expect(heldMs).toBeGreaterThanOrEqual((nlb?.lagMs ?? Number.NaN) + 120_000);
    for (const { calls } of targets) expect(calls).toBeLessThanOrEqual(5);
  });

  test('that is in no target group is answered after the minimum hold', async () => {
    await using scene = await startScene({ prepare: () => {} });
    scene.delete();
    const { reason, heldMs } = await scene.ended();
    expect(reason).toBe('not-a-target');
    expect(heldMs).toBeGreaterThanOrEqual(5_000);
    expect(scene.cluster.aws.requests).toEqual([]);
  });

  test('in mode gone is answered when the target group no longer has it', async () => {
    await using scene = await startScene({
      env: { DRAIN_WAIT_UNTIL: 'gone' },
      prepare: (cluster) => void addTargetGroup(cluster, 'web', { group: { deregistrationDelayMs: 15_000 } }),
    });
    scene.delete();
    const { reason, targets } = await scene.ended();
    expect(reason).toBe('drained');
    expect(targets[0]?.states.map(({ state }) => state).at(-1)).toBe('unused/Target.NotRegistered');
  });

  test('says in one summary line what was seen of each target', async () => {
    await using scene = await startScene();
    scene.delete();
    const summary = await scene.ended();
    expect(summary).toMatchObject({ reason: 'drained', heldMs: expect.any(Number), deadlineInMs: expect.any(Number) });
    expect(summary.targets[0]).toMatchObject({
      lagMs: expect.any(Number),
      settleMs: 20_000,
      calls: expect.any(Number),
      states: expect.arrayContaining([{ state: 'draining/Target.DeregistrationInProgress', atMs: expect.any(Number) }]),
    });
    expect(scene.pod.log.filter(({ msg }) => msg === 'hold released')).toHaveLength(1);
  });
});
