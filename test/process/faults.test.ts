import { describe, expect, test } from 'vitest';
import { addTargetGroup } from '../../sim/add-target-group.ts';
import type { FaultRule } from '../../sim/faults.ts';
import { type SceneOptions, startScene } from '../support/scene.ts';

/** Until the fallback hold, or the deadline, has passed nobody may be released. */
const FALLBACK_MS = 35_000;

async function deleteWith(options: SceneOptions & { readonly elbv2?: FaultRule; readonly kubernetes?: FaultRule }) {
  await using scene = await startScene(options);
  if (options.elbv2 !== undefined) scene.cluster.awsFaults.add(options.elbv2);
  if (options.kubernetes !== undefined) scene.cluster.kubernetesFaults.add(options.kubernetes);
  scene.delete();
  const summary = await scene.ended();
  return { summary, log: scene.pod.log, status: scene.moment('preStop answered', 'app')?.fields['status'] };
}

const status = (code: number, name?: string): FaultRule => ({
  fault: { kind: 'status', status: code, ...(name === undefined ? {} : { code: name }) },
});

describe.concurrent('while ELBv2', () => {
  test.each<[string, FaultRule]>([
    ['denies access', status(403, 'AccessDenied')],
    ['hangs', { fault: { kind: 'hang' } }],
    ['answers garbage', { fault: { kind: 'garbage' } }],
    ['answers HTTP 500', status(500)],
    ['throttles', status(400, 'Throttling')],
  ])('%s for ever, the hold falls back to the clock', async (_, elbv2) => {
    const { summary, status: httpStatus, log } = await deleteWith({ elbv2 });
    expect(summary).toMatchObject({ reason: 'fallback', targets: [{ state: 'unknown' }] });
    expect(summary.heldMs).toBeGreaterThanOrEqual(FALLBACK_MS);
    expect(httpStatus).toBe(502);
    expect(log.some(({ msg }) => msg === 'ELBv2 call failed')).toBe(true);
  });

  test.each(['http://127.0.0.1:9', 'http://no-such-host.invalid'])('cannot be reached at %s, the same', async (url) => {
    const { summary } = await deleteWith({ env: { AWS_ENDPOINT_URL: url } });
    expect(summary).toMatchObject({ reason: 'fallback' });
    expect(summary.heldMs).toBeGreaterThanOrEqual(FALLBACK_MS);
  });

  test('fails and the grace period is short, the hold ends at its deadline', async () => {
    const { summary, status: httpStatus } = await deleteWith({
      elbv2: status(403, 'AccessDenied'),
      gracePeriodSeconds: 30,
    });
    expect(summary).toMatchObject({ reason: 'deadline' });
    expect(summary.heldMs).toBeGreaterThanOrEqual(18_000);
    expect(summary.heldMs).toBeLessThan(30_000);
    expect(httpStatus).toBe(504);
  });

  test.each<[string, FaultRule]>([
    ['Throttling', { ...status(400, 'Throttling'), forMs: 60_000 }],
    ['ThrottlingException', { ...status(400, 'ThrottlingException'), forMs: 60_000 }],
    ['HTTP 500', { ...status(500), forMs: 30_000 }],
    ['resets', { fault: { kind: 'reset' }, forMs: 20_000 }],
    ['truncated answers', { fault: { kind: 'truncate' }, forMs: 20_000 }],
  ])('gives %s for a while, what it shows afterwards decides', async (_, elbv2) => {
    const { summary } = await deleteWith({ elbv2, env: { DRAIN_WAIT_FALLBACK_HOLD: '120s' } });
    expect(summary).toMatchObject({ reason: 'drained', targets: [{ state: 'settled', settleMs: 20_000 }] });
    expect(summary.targets[0]?.lagMs).toBeGreaterThanOrEqual((elbv2.forMs ?? Number.NaN) - 2_000);
  });
});

describe.concurrent('while the Kubernetes API', () => {
  test.each<[string, FaultRule]>([
    ['is down', { fault: { kind: 'reset' } }],
    ['answers HTTP 503', status(503)],
    ['hangs', { fault: { kind: 'hang' } }],
    ['denies everything', status(403)],
  ])('%s from the start, the hold goes by the clock and the grace period of the setting', async (_, kubernetes) => {
    const env = { DRAIN_WAIT_GRACE_PERIOD: '120s' };
    const { summary } = await deleteWith({ env, prepare: (cluster) => cluster.kubernetesFaults.add(kubernetes) });
    expect(summary).toMatchObject({ reason: 'fallback', targets: [] });
    expect(summary.heldMs).toBeGreaterThanOrEqual(FALLBACK_MS);
  });

  test('fails only now, the targets that the start-up found are watched all the same', async () => {
    const { summary } = await deleteWith({
      kubernetes: { fault: { kind: 'reset' } },
      env: { DRAIN_WAIT_GRACE_PERIOD: '120s' },
    });
    expect(summary.targets).toMatchObject([{ state: 'settled' }]);
    expect(summary.heldMs).toBeGreaterThanOrEqual(FALLBACK_MS);
  });

  test('comes back, the hold goes by what is seen', async () => {
    const { summary } = await deleteWith({
      kubernetes: { fault: { kind: 'reset' }, forMs: 8_000 },
      env: { DRAIN_WAIT_GRACE_PERIOD: '300s' },
    });
    expect(summary).toMatchObject({ reason: 'drained', targets: [{ state: 'settled' }] });
  });

  test('is slow, nothing else changes', async () => {
    const { summary } = await deleteWith({ kubernetes: { fault: { kind: 'slow', ms: 1_000 } } });
    expect(summary).toMatchObject({ reason: 'drained', targets: [{ state: 'settled' }] });
  });

  test.each([
    ['list', 'targetgroupbindings', 'elbv2.k8s.aws', 'fallback'],
    ['list', 'targetgroupbindings', 'eks.amazonaws.com', 'fallback'],
    ['list', 'endpointslices', 'discovery.k8s.io', 'fallback'],
    // What these tell can be had in another way: the grace period from the setting, the port from the target group.
    ['get', 'services', '', 'drained'],
    ['get', 'pods', '', 'drained'],
  ])(
    'lets nobody %s %s.%s, the missing rule is named at start-up and the hold ends as %s',
    async (verb, resource, group, reason) => {
      await using scene = await startScene({
        env: { DRAIN_WAIT_GRACE_PERIOD: '300s' },
        prepare(cluster) {
          addTargetGroup(cluster);
          cluster.kubernetes.deny(group === '' ? resource : `${resource}.${group}`);
        },
      });
      const { problems } = await scene.pod.logged('start-up check');
      const rule = `{ apiGroups: ["${group}"], resources: ["${resource}"], verbs: ["${verb}"] }`;
      expect(problems).toEqual([{ kind: 'denied', message: expect.stringContaining(rule) }]);
      scene.delete();
      const summary = await scene.ended();
      expect(summary.reason).toBe(reason);
      expect(summary.heldMs).toBeGreaterThanOrEqual(reason === 'fallback' ? FALLBACK_MS : 20_000);
    },
  );
});
