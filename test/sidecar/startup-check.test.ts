import { expect, test } from 'vitest';
import { type CheckResult, checkUntilFound, mergeResults } from '../../src/sidecar/startup-check.ts';
import { binding, failure, ownPod, POD, POLICY, testWorld, type World } from '../support/world.ts';

async function check(world: Partial<World>) {
  const { clock, ports } = testWorld(world);
  const reports: { readonly atMs: number; readonly result: CheckResult }[] = [];
  const report = (result: CheckResult) => void reports.push({ atMs: clock.now(), result });
  const last = await clock.run(checkUntilFound({ ...ports, pod: POD, policy: POLICY, port: 9787, report }));
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

test('mergeResults() does not forget what was found before because it cannot be read now', async () => {
  const { last: good } = await check({});
  const { last: bad } = await check({ pod: () => failure('unreachable'), bindings: () => failure('unreachable') });
  const merged = mergeResults(good, bad);
  expect(merged).toMatchObject({ pod: ownPod(), source: 'endpoint-slice', groups: good.groups });
  expect(merged.problems).toEqual(bad.problems);
});
