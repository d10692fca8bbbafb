import { expect, test } from 'vitest';
import type { HoldPolicy } from '../../src/core/policy.ts';
import { type CheckResult, checkUntilFound, mergeResults } from '../../src/sidecar/startup-check.ts';
import { ALB_ARN, binding, failure, NLB_ARN, ownPod, POD, POLICY, testWorld, type World } from '../support/world.ts';

const HOOK = { kind: 'http', path: '/prestop', port: 9787 } as const;

async function check(world: Partial<World>, policy: HoldPolicy = POLICY) {
  const { clock, ports } = testWorld(world);
  const reports: { readonly atMs: number; readonly result: CheckResult }[] = [];
  const report = (result: CheckResult) => void reports.push({ atMs: clock.now(), result });
  const last = await clock.run(checkUntilFound({ ...ports, pod: POD, policy, port: 9787, report }));
  return { reports, last, endedAtMs: clock.now() };
}

test('a check that finds the targets at once ends at once', async () => {
  const { reports, endedAtMs } = await check({});
  expect(reports).toMatchObject([{ atMs: 0, result: { source: 'endpoint-slice', problems: [] } }]);
  expect(endedAtMs).toBe(0);
});

test('a check looks again while the pod is in no target group yet, and tells only what has changed', async () => {
  const { reports } = await check({
    bindings: (atMs, group) => (group === 'elbv2.k8s.aws' && atMs > 60_000 ? [binding()] : []),
  });
  expect(reports.map(({ result }) => result.groups.length)).toEqual([0, 1]);
});

test('a check of a pod that is no target comes to an end', async () => {
  const { reports, endedAtMs } = await check({ bindings: () => [] });
  expect(reports).toHaveLength(1);
  expect(endedAtMs).toBeLessThan(300_000);
});

test('a check names what it could not read', async () => {
  const { last } = await check({ pod: () => failure('denied') });
  expect(last).toMatchObject({ pod: undefined, problems: [{ kind: 'denied' }] });
});

test('a check of a pod that nobody calls the sidecar for names its containers and the hook to add', async () => {
  const containers = [
    { name: 'drain-wait', isSidecar: true, preStop: HOOK },
    { name: 'app', isSidecar: false, preStop: { kind: 'sleep' } },
    { name: 'proxy', isSidecar: false, preStop: { kind: 'http', path: '/prestop', port: 'hook' } },
  ] as const;
  const { last } = await check({ pod: () => ownPod({ containers }) });
  expect(last.problems).toEqual([
    {
      kind: 'no-hook',
      message: expect.stringMatching(/^no container \(app, proxy\) .* \{ path: \/prestop, port: 9787 \}/),
    },
  ]);
});

test('in observe mode a hook of the sidecar itself is enough', async () => {
  const containers = [
    { name: 'drain-wait', isSidecar: true, preStop: HOOK },
    { name: 'app', isSidecar: false, preStop: { kind: 'sleep' } },
  ] as const;
  const { last } = await check({ pod: () => ownPod({ containers }) }, { ...POLICY, observe: true });
  expect(last.problems).toEqual([]);
});

test('one container that calls the sidecar is enough: another may serve no traffic', async () => {
  const containers = [
    { name: 'shipper', isSidecar: false, preStop: { kind: 'none' } } as const,
    ...ownPod().containers,
  ];
  expect((await check({ pod: () => ownPod({ containers }) })).last.problems).toEqual([]);
});

test.each([
  [31_000, 'alb', [{ kind: 'short-grace', message: expect.stringMatching(/leaves 19 s .* needs 20 s: .*: 60$/) }]],
  [32_000, 'alb', []],
  [131_000, 'nlb', [{ kind: 'short-grace', message: expect.stringMatching(/leaves 119 s .* needs 120 s: .*: 160$/) }]],
  [132_000, 'nlb', []],
] as const)('a grace period of %d ms before an %s gives the problems %j', async (gracePeriodMs, kind, problems) => {
  const arn = kind === 'nlb' ? NLB_ARN : ALB_ARN;
  const { last } = await check({
    pod: () => ownPod({ gracePeriodMs }),
    bindings: (_, group) => (group === 'elbv2.k8s.aws' ? [binding({ arn })] : []),
  });
  expect(last.problems).toEqual(problems);
});

test('mergeResults() does not forget what was found before because it cannot be read now', async () => {
  const { last: good } = await check({});
  const { last: bad } = await check({ pod: () => failure('unreachable'), bindings: () => failure('unreachable') });
  const merged = mergeResults(good, bad);
  expect(merged).toMatchObject({ pod: ownPod(), source: 'endpoint-slice', groups: good.groups });
  expect(merged.problems).toEqual(bad.problems);
});
