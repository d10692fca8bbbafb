import { describe, expect, test } from 'vitest';
import { addTargetGroup } from '../../sim/add-target-group.ts';
import { targetGroupArn } from '../../sim/aws/target-group.ts';
import { service, targetGroupBinding } from '../../sim/kubernetes/builders.ts';
import { POD_IP, type SceneOptions, startScene } from '../support/scene.ts';

/** Deletes a pod of this world, and gives what the sidecar found and saw. */
async function drain(options: SceneOptions) {
  await using scene = await startScene(options);
  scene.delete();
  const summary = await scene.ended();
  return { summary, log: scene.pod.log, requests: scene.cluster.aws.requests };
}

describe.concurrent('the targets are found', () => {
  test('when the target group has none any more', async () => {
    const { summary, requests } = await drain({
      lagMs: 1,
      prepare: (cluster) => void addTargetGroup(cluster, 'web', { group: { deregistrationDelayMs: 1 } }),
    });
    expect(summary).toMatchObject({ reason: 'drained', targets: [{ state: 'settled', settleMs: 20_000 }] });
    expect(requests.map(({ filtered }) => filtered)).toEqual([true, false]);
  });

  test('of a dual-stack pod in an IPv6 group', async () => {
    const { summary } = await drain({
      ips: [POD_IP, 'fd00::7'],
      prepare: (cluster) => void addTargetGroup(cluster, 'web', { group: { ipAddressType: 'ipv6' } }),
    });
    expect(summary).toMatchObject({ reason: 'drained', targets: [{ ip: 'fd00::7', port: 8080 }] });
  });

  test('by a named target port that only the pod can resolve', async () => {
    const { summary } = await drain({
      containerPorts: [{ name: 'public', containerPort: 3000 }],
      prepare: (cluster) =>
        void addTargetGroup(cluster, 'web', {
          service: { ports: [{ name: 'web', port: 80, targetPort: 'public' }] },
          binding: { serviceRef: { name: 'web', port: 'web' } },
        }),
    });
    expect(summary).toMatchObject({ reason: 'drained', targets: [{ port: 3000 }] });
  });

  test('of a TargetGroupBinding that gives a name, without protocol', async () => {
    const { summary, requests } = await drain({
      prepare(cluster) {
        cluster.elbv2.createTargetGroup({ name: 'by-name', loadBalancer: 'alb' });
        cluster.store.put(service({ name: 'web' }));
        const { targetGroupARN: _, targetGroupProtocol: __, ...spec } = targetGroupBinding({ name: 'web' }).spec;
        cluster.store.put({ ...targetGroupBinding({ name: 'web' }), spec: { ...spec, targetGroupName: 'by-name' } });
      },
    });
    expect(summary).toMatchObject({ reason: 'drained', targets: [{ loadBalancer: 'alb', settleMs: 20_000 }] });
    expect(requests[0]?.action).toBe('DescribeTargetGroups');
    expect(requests.length).toBeLessThanOrEqual(5);
  });

  test('in another account, through its role and external id', async () => {
    const role = { arn: 'arn:aws:iam::999999999999:role/drain', externalId: 'secret-handshake' };
    const { summary, requests } = await drain({
      roles: [role],
      prepare: (cluster) =>
        void addTargetGroup(cluster, 'web', {
          group: { account: '999999999999' },
          binding: { iamRoleArnToAssume: role.arn, assumeRoleExternalId: role.externalId },
        }),
    });
    expect(summary).toMatchObject({ reason: 'drained', targets: [{ state: 'settled' }] });
    expect(requests.filter(({ action }) => action === 'AssumeRole')).toHaveLength(1);
  });

  test('in another Region', async () => {
    const { summary } = await drain({
      prepare: (cluster) => void addTargetGroup(cluster, 'web', { group: { region: 'us-east-2' } }),
    });
    expect(summary).toMatchObject({ reason: 'drained', targets: [{ state: 'settled' }] });
    expect(summary.targets[0]?.targetGroup).toContain('us-east-2');
  });

  test('where only EKS Auto Mode is installed', async () => {
    const { summary } = await drain({
      prepare(cluster) {
        cluster.kubernetes.setGroups(['eks.amazonaws.com']);
        addTargetGroup(cluster, 'web', { apiVersion: 'eks.amazonaws.com/v1' });
      },
    });
    expect(summary).toMatchObject({ reason: 'drained', targets: [{ state: 'settled' }] });
  });

  test('in both API groups', async () => {
    const { summary } = await drain({
      prepare(cluster) {
        addTargetGroup(cluster, 'web');
        addTargetGroup(cluster, 'auto', { apiVersion: 'eks.amazonaws.com/v1' });
      },
    });
    expect(summary.reason).toBe('drained');
    expect(summary.targets).toHaveLength(2);
  });

  test('by the readiness gate alone when the Service does not select the pod any more', async () => {
    await using scene = await startScene({ readinessGates: ['target-health.elbv2.k8s.aws/web'] });
    scene.cluster.store.put(service({ name: 'web', spec: { selector: { app: 'green' } } }));
    scene.delete();
    expect(await scene.ended()).toMatchObject({ reason: 'drained', targets: [{ ip: POD_IP, state: 'settled' }] });
  });

  test('from what the start-up saw when the Service does not select the pod any more', async () => {
    await using scene = await startScene();
    scene.cluster.store.put(service({ name: 'web', spec: { selector: { app: 'green' } } }));
    scene.delete();
    expect(await scene.ended()).toMatchObject({ reason: 'drained', targets: [{ port: 8080, state: 'settled' }] });
  });

  test('from the setting, with no Kubernetes permission at all', async () => {
    await using scene = await startScene({
      prepare(cluster) {
        addTargetGroup(cluster, 'web');
        for (const resource of ['pods', 'services', 'endpointslices.discovery.k8s.io'])
          cluster.kubernetes.deny(resource);
        for (const group of ['elbv2.k8s.aws', 'eks.amazonaws.com'])
          cluster.kubernetes.deny(`targetgroupbindings.${group}`);
      },
      env: {
        DRAIN_WAIT_GRACE_PERIOD: '300s',
        DRAIN_WAIT_TARGET_GROUPS: `${targetGroupArn({ name: 'web' })}=8080`,
      },
    });
    scene.delete();
    const summary = await scene.ended();
    expect(summary).toMatchObject({ reason: 'drained', targets: [{ ip: POD_IP, port: 8080, loadBalancer: 'alb' }] });
  });

  test('under the port that is really registered, never as an instant success', async () => {
    const real = { id: POD_IP, port: 3000 };
    const arn = targetGroupArn({ name: 'web' });
    await using scene = await startScene({
      prepare(cluster) {
        // The Service says 8080, but the load balancer has the pod under 3000.
        cluster.controller.pause();
        addTargetGroup(cluster, 'web');
        cluster.elbv2.registerTargets(arn, [real]);
      },
    });
    scene.delete();
    await scene.pod.logged('target found under another port');
    await scene.sleep(12_000);
    scene.cluster.elbv2.deregisterTargets(arn, [real]);
    const { reason, targets } = await scene.ended();
    expect(reason).toBe('drained');
    expect(targets).toMatchObject([{ port: 3000, state: 'settled', settleMs: 20_000 }]);
    expect(targets[0]?.lagMs).toBeGreaterThanOrEqual(12_000);
  });
});
