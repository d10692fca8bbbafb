import { expect, onTestFinished, test } from 'vitest';
import { createBalancers } from '../../real/aws-side/balancers.ts';
import { isOnNode } from '../../real/aws-side/on-node.ts';
import { createElbv2 } from '../../sim/aws/elbv2.ts';
import { listen } from '../../sim/http.ts';
import { createTimeline } from '../../sim/timeline.ts';
import { systemClock as clock } from '../../src/clock.ts';

test.each(['alb', 'nlb'] as const)(
  'the %s of a target group sends requests to where its targets are',
  async (loadBalancer) => {
    const elbv2 = createElbv2({ clock, timeline: createTimeline(clock) });
    const balancers = createBalancers({ clock, elbv2, isReachable: () => false });
    const server = await listen((_, response) => void response.end('from the pod'));
    onTestFinished(async () => {
      await Promise.all([balancers.close(), server.close()]);
      elbv2.close();
    });
    const { arn } = elbv2.createTargetGroup({ name: 'web', loadBalancer });
    elbv2.registerTargets(arn, [{ id: '127.0.0.1', port: server.port }]);
    const { url } = await balancers.start(arn);
    expect(await (await fetch(url)).text()).toBe('from the pod');
    await balancers.close();
    await expect(fetch(url)).rejects.toThrow();
  },
);

test('a target group that nothing routes to has no load balancer to start', async () => {
  const elbv2 = createElbv2({ clock, timeline: createTimeline(clock) });
  const balancers = createBalancers({ clock, elbv2, isReachable: () => false });
  const { arn } = elbv2.createTargetGroup({ name: 'web' });
  for (const one of [arn, 'arn:unknown'])
    await expect(balancers.start(one)).rejects.toThrow(`Cannot start the load balancer of ${one}`);
});

test.each(['10.244.0.7', '10.244.255.1', 'fd00:244:0:1::7'])('%s is on the node', (ip) => {
  expect(isOnNode(ip)).toBe(true);
});

test.each(['10.245.0.7', '127.0.0.1', '192.0.2.1', 'fd00:245::1', '::1', 'example.org'])(
  '%s is not on the node',
  (ip) => {
    expect(isOnNode(ip)).toBe(false);
  },
);
