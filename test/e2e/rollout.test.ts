import { describe, expect, test } from 'vitest';
import type { Fate } from '../../real/fate.ts';
import type { RealNamespace } from '../../real/namespace.ts';
import { webDeployment } from '../../real/workload/web.ts';
import type { World } from '../../real/world.ts';
import { type LoadReport, startLoad } from '../../sim/load/load.ts';
import { describeReal } from './support/suite.ts';

/** The settle time of the NLB in these tests; its data plane routes a little less. The real one takes 120 s. */
const NLB_SETTLE_S = 30;
const NLB_ROUTES_FOR_MS = 26_000;

/** A look at a target is at most so long after the one before, jitter and a slow machine included. */
const LOOK_MS = 12_000;

/** What makes pods go, of how many. */
interface Change {
  readonly title: string;
  readonly replicas: number;
  readonly leaving: number;
  readonly make: (shop: RealNamespace) => Promise<unknown>;
}

const CHANGES: readonly Change[] = [
  { title: 'a rolling update of two replicas', replicas: 2, leaving: 2, make: restart },
  { title: 'the deletion of a single replica', replicas: 1, leaving: 1, make: deletePod },
  { title: 'a scale-in', replicas: 3, leaving: 2, make: scaleIn },
  { title: 'the drain of a node under a PodDisruptionBudget', replicas: 2, leaving: 2, make: evictAll },
];

async function restart({ kubectl }: RealNamespace): Promise<void> {
  await kubectl(['rollout', 'restart', 'deployment/web']);
  await kubectl(['rollout', 'status', 'deployment/web', '--timeout=200s']);
}

async function deletePod({ kubectl, pods }: RealNamespace): Promise<void> {
  await kubectl(['delete', 'pod', pods()[0]?.metadata.name ?? '', '--wait=false']);
}

async function scaleIn({ kubectl }: RealNamespace): Promise<void> {
  await kubectl(['scale', 'deployment/web', '--replicas=1']);
}

/** As `kubectl drain` does: an eviction for each pod, again and again as long as the budget forbids it. */
async function evictAll({ name, apply, kubectl, pods, until }: RealNamespace): Promise<void> {
  const budget = { minAvailable: 1, selector: { matchLabels: { app: 'web' } } };
  await apply([{ apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'web' }, spec: budget }]);
  await kubectl(['wait', 'poddisruptionbudget/web', '--for=jsonpath={.status.disruptionsAllowed}=1']);
  let refused = 0;
  for (const { metadata } of pods()) {
    const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: metadata.name, namespace: name } };
    const path = `/api/v1/namespaces/${name}/pods/${metadata.name}/eviction`;
    const evict = () => kubectl(['create', `--raw=${path}`, '--filename=-'], JSON.stringify(eviction));
    while (!(await evict().then(Boolean, isRefusal))) {
      refused += 1;
      await until('a second has passed', after(1_000));
    }
  }
  // Else nothing would have been drained one by one.
  expect(refused).toBeGreaterThan(0);
}

/** HTTP 429 of the eviction API. */
function isRefusal(error: unknown): false {
  if (error instanceof Error && error.message.includes('disruption budget')) return false;
  throw error;
}

function after(ms: number): () => true | undefined {
  const startedAt = Date.now();
  return () => (Date.now() - startedAt >= ms ? true : undefined);
}

interface Outcome extends LoadReport {
  readonly fates: readonly Fate[];
}

/** Short requests, requests of 2 s and kept connections all the time, while `change` makes pods go. */
async function underLoad(
  world: World,
  change: Change,
  loadBalancer: 'alb' | 'nlb',
  isProtected: boolean,
): Promise<Outcome> {
  const { aws } = world;
  const shop = await world.namespace('rollout');
  const routes = loadBalancer === 'nlb' ? { routesForMs: NLB_ROUTES_FOR_MS } : {};
  const group = await shop.addTargetGroup('web', { group: { loadBalancer, ...routes } });
  const deployment = webDeployment({ replicas: change.replicas });
  if (isProtected) {
    const env = [{ name: 'DRAIN_WAIT_SETTLE_NLB', value: `${NLB_SETTLE_S}s` }];
    await shop.applyProtected(deployment, { env, gracePeriodSeconds: 90 });
  } else await shop.apply([deployment]);
  await shop.ready(group, change.replicas);
  const balancer = await aws.startBalancer(group.arn);
  const load = startLoad({ clock: aws.clock, url: balancer.url, ratePerSecond: 15 });
  await aws.clock.sleep(2_000);
  const before = shop.pods();
  await change.make(shop);
  const gone = await shop.until(`${change.leaving} pods are deleted`, () => {
    const staying = shop.pods().filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    const left = before.filter(({ metadata }) => !staying.some((pod) => pod.metadata.uid === metadata.uid));
    return left.length === change.leaving ? left : undefined;
  });
  // Whoever was let go too early is sent requests until its load balancer stops.
  const fates = await Promise.all(gone.map((pod) => shop.fateAfterRouting(pod)));
  await aws.clock.sleep(1_000);
  const report = await load.stop();
  await shop.remove();
  return { ...report, fates };
}

describeReal('in real pods', (world) => {
  describe.concurrent.each(CHANGES)('$title', (change) => {
    test.each(['alb', 'nlb'] as const)('behind an %s loses no request with drain-wait', async (loadBalancer) => {
      const { sent, failures, fates } = await underLoad(world(), change, loadBalancer, true);
      expect(failures).toEqual([]);
      expect(sent).toBeGreaterThan(300);
      expect(fates).toHaveLength(change.leaving);
      for (const fate of fates) {
        const settleMs = loadBalancer === 'alb' ? 20_000 : NLB_SETTLE_S * 1_000;
        const { deregisteredAtMs = Number.NaN, routedUntilMs = Number.NaN, sigtermAtMs, hold } = fate;
        const sigterm = sigtermAtMs.get('app') ?? Number.NaN;
        expect(hold).toMatchObject({ reason: 'drained', targets: [{ loadBalancer }] });
        expect(sigterm - deregisteredAtMs).toBeGreaterThanOrEqual(settleMs);
        expect(sigterm - deregisteredAtMs).toBeLessThan(settleMs + LOOK_MS);
        expect(sigterm).toBeGreaterThan(routedUntilMs);
        expect(fate.calls).toBeLessThanOrEqual(5);
        expect(fate.killed).toEqual([]);
      }
    });

    test.each(['alb', 'nlb'] as const)(
      'behind an %s loses requests without: the instrument sees them',
      async (loadBalancer) => {
        const { failures, fates } = await underLoad(world(), change, loadBalancer, false);
        expect(failures.length).toBeGreaterThan(0);
        for (const { sigtermAtMs, routedUntilMs = Number.NaN } of fates)
          expect(sigtermAtMs.get('app')).toBeLessThan(routedUntilMs);
      },
    );
  });
});
