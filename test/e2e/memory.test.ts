import { expect, test } from 'vitest';
import { webDeployment } from '../../real/workload/web.ts';
import { SIDECAR_NAME } from '../../src/workload/sidecar.ts';
import { describeReal } from './support/suite.ts';

const DELETIONS = 50;
/** At the same time: a rolling update of a large Deployment. */
const PODS = 10;
/** What is watched is the memory, and a short settle time takes no less of it. */
const SHORT = { name: 'DRAIN_WAIT_SETTLE_ALB', value: '1s' };

describeReal('under the shipped memory limit', (world) => {
  test(`no sidecar is killed in ${DELETIONS} deletions in a row`, async () => {
    const shop = await world().namespace('memory');
    const group = await shop.addTargetGroup();
    await shop.applyProtected(webDeployment({ replicas: PODS }), { env: [SHORT] });
    const { diary, elbv2 } = world().aws;
    const reasons: unknown[] = [];
    while (reasons.length < DELETIONS) {
      await shop.until(`${PODS} pods are registered`, () =>
        elbv2.routable(group.arn).length >= PODS && living(shop.pods()).length === PODS ? true : undefined,
      );
      const leaving = living(shop.pods());
      await shop.kubectl(['delete', 'pods', '--wait=false', ...leaving.map(({ metadata }) => metadata.name)]);
      const fates = await Promise.all(leaving.map((pod) => shop.fate(pod)));
      reasons.push(...fates.map(({ hold }) => hold?.reason));
    }
    expect(new Set(reasons)).toEqual(new Set(['drained']));
    const ends = diary.terminations.filter(
      ({ namespace, container }) => namespace === shop.name && container === SIDECAR_NAME,
    );
    expect(ends.length).toBeGreaterThanOrEqual(DELETIONS);
    expect(ends.filter(({ exitCode }) => exitCode !== 0)).toEqual([]);
  });
});

function living<Pod extends { readonly metadata: { readonly deletionTimestamp?: string } }>(pods: readonly Pod[]) {
  return pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
}
