import type { V1Container, V1Deployment } from '@kubernetes/client-node';
import { afterAll, describe, expect, test } from 'vitest';
import { type Fate, fateOf } from '../../real/fate.ts';
import type { RealNamespace } from '../../real/namespace.ts';
import { restartContainerd, restartKubelet } from '../../real/node/node.ts';
import { freeze, killProcess, starveOfMemory } from '../../real/node/trouble.ts';
import { webDeployment } from '../../real/workload/web.ts';
import type { World } from '../../real/world.ts';
import type { Pod } from '../../sim/kubernetes/objects.ts';
import { startLoad } from '../../sim/load/load.ts';
import { SIDECAR_NAME } from '../../src/workload/sidecar.ts';
import { describeReal } from './support/suite.ts';

const { signal } = new AbortController();
/** What the process of the sidecar runs. */
const PROGRAM = '/app/drain-wait.cjs';
const RATE = 15;
/** For so long after the end the requests are still counted. */
const SEQUEL_MS = 3_000;

const EVICTING = {
  evictionSoft: { 'memory.available': '1Ti' },
  evictionSoftGracePeriod: { 'memory.available': '1s' },
  evictionMaxPodGracePeriod: 60,
  evictionPressureTransitionPeriod: '1s',
};

interface Scene {
  readonly world: World;
  readonly shop: RealNamespace;
  readonly pod: Pod;
}

interface Trouble {
  readonly title: string;
  /** What makes the kubelet call the hook. Absent: a deletion. */
  readonly begin?: (scene: Scene) => Promise<unknown>;
  /** Plants it while the pod is held. Absent: nothing does. */
  readonly plant?: (scene: Scene) => Promise<unknown>;
  /** Makes all well again. */
  readonly mend?: (world: World) => Promise<unknown>;
  /** Whether it concerns this pod only, so that others may be in trouble at the same time. */
  readonly local?: true;
  /** Absent: two replicas of the web application. */
  readonly workload?: V1Deployment;
  /** Whether the pod lives on. */
  readonly lives?: true;
  readonly reason: string | undefined;
  /** Whether requests may fail: nothing and nobody could hold SIGTERM any longer. */
  readonly mayFail?: true;
}

const TROUBLES: readonly Trouble[] = [
  { title: 'nothing goes wrong', reason: 'drained', local: true },
  {
    title: 'the sidecar is killed (SIGKILL)',
    reason: undefined,
    local: true,
    mayFail: true,
    plant: ({ pod }) => killProcess(pod.metadata.uid, PROGRAM),
  },
  {
    title: 'the sidecar is killed for memory',
    reason: undefined,
    local: true,
    mayFail: true,
    async plant({ pod }) {
      await starveOfMemory(pod.metadata.uid, PROGRAM);
      const asked = Array.from({ length: 50 }, () => fetch(`http://${pod.status.podIP}:9787/status`).catch(() => {}));
      await Promise.all(asked);
    },
  },
  {
    title: 'the API server stands still for 30 s',
    reason: 'drained',
    plant: () => freeze('kube-apiserver', 30_000, signal),
  },
  { title: 'the kubelet is restarted', reason: 'drained', plant: () => restartKubelet(signal) },
  {
    title: 'the kubelet is away for 20 s',
    reason: 'drained',
    plant: () => restartKubelet(signal, undefined, 20_000),
  },
  { title: 'containerd is restarted', reason: 'drained', plant: () => restartContainerd(signal) },
  {
    title: 'AWS is gone for 30 s',
    reason: 'drained',
    plant: async ({ world }) => world.aws.awsFaults.add({ fault: { kind: 'reset' }, forMs: 30_000 }),
  },
  {
    title: 'AWS throttles for 60 s',
    // Longer than the fallback hold: nothing was ever seen. The answer comes by the clock, and late enough all the same.
    reason: 'fallback',
    async plant({ world }) {
      const fault = { kind: 'status', status: 400, code: 'Throttling' } as const;
      world.aws.awsFaults.add({ fault, forMs: 60_000 });
    },
  },
  {
    title: 'the pod is deleted by force',
    reason: 'drained',
    local: true,
    plant: ({ shop, pod }) => shop.kubectl(['delete', 'pod', pod.metadata.name, '--grace-period=0', '--force']),
  },
  {
    title: 'the kubelet evicts the pod softly',
    reason: 'not-terminating',
    mayFail: true,
    // A kubelet that is restarted in between forgets that it wanted to.
    begin: () => restartKubelet(signal, EVICTING),
    async mend({ kubectl }) {
      await restartKubelet(signal);
      // Else the pods of the next part would wait for it.
      await kubectl(['wait', 'nodes', '--all', '--for=condition=MemoryPressure=False', '--timeout=60s']);
    },
  },
  {
    title: 'a liveness probe restarts the container',
    reason: 'not-terminating',
    mayFail: true,
    lives: true,
    local: true,
    workload: failing(),
    begin: async () => {},
  },
];

interface Row {
  readonly title: string;
  readonly reason: string | undefined;
  readonly heldMs: number | undefined;
  readonly failed: number;
  readonly sent: number;
  /** How many holds began. */
  readonly holds: number;
}

/** What became of the requests to two pods of which one goes, and is in trouble when it has been held for a moment. */
async function underTrouble(world: World, trouble: Trouble): Promise<Row & { readonly fate: Fate }> {
  const { begin = deletePod, plant, mend, lives, workload = webDeployment({ replicas: 2 }) } = trouble;
  const { aws } = world;
  const shop = await world.namespace('fault');
  const group = await shop.addTargetGroup();
  await shop.applyProtected(workload, { gracePeriodSeconds: 150 });
  await shop.ready(group, workload.spec?.replicas ?? 1);
  const balancer = await aws.startBalancer(group.arn);
  const load = startLoad({ clock: aws.clock, url: balancer.url, ratePerSecond: RATE });
  const [pod] = shop.pods();
  if (pod === undefined) throw new Error('There is no pod');
  const scene = { world, shop, pod };
  try {
    await begin(scene);
    if (plant !== undefined) {
      await aws.diary.logged(pod.metadata.uid, SIDECAR_NAME, 'hold started');
      await plant(scene);
    }
    if (lives === true) await aws.diary.logged(pod.metadata.uid, SIDECAR_NAME, 'hold released');
    else await shop.fateAfterRouting(pod);
    await aws.clock.sleep(SEQUEL_MS);
  } finally {
    await mend?.(world);
  }
  const fate = fateOf(aws, pod);
  const { failures, sent } = await load.stop();
  await balancer.close();
  await shop.remove();
  const started = aws.diary
    .lines(pod.metadata.uid, SIDECAR_NAME)
    .filter(({ fields }) => fields['msg'] === 'hold started');
  const { reason, heldMs } = fate.hold ?? {};
  return { title: '', reason, heldMs, failed: failures.length, sent, holds: started.length, fate };
}

async function deletePod({ shop, pod }: Scene): Promise<void> {
  await shop.kubectl(['delete', 'pod', pod.metadata.name, '--wait=false']);
}

/** Its container is restarted for a failed liveness probe as long as requests come. */
function failing(): V1Deployment {
  const deployment = webDeployment({ replicas: 1 });
  const [app] = deployment.spec?.template.spec?.containers ?? [];
  const livenessProbe = { tcpSocket: { port: 1 }, initialDelaySeconds: 12, periodSeconds: 1, failureThreshold: 1 };
  Object.assign(app ?? {}, { livenessProbe } satisfies Partial<V1Container>);
  return deployment;
}

const rows: Row[] = [];
afterAll(() => {
  if (rows.length === 0) return;
  const lines = rows.map(
    ({ title, reason, heldMs, failed, sent }) =>
      `| ${title} | ${reason === undefined ? 'none' : `\`${reason}\``} | ${heldMs === undefined ? '' : `${(heldMs / 1_000).toFixed(1)} s`} | ${failed} of ${sent} |`,
  );
  console.log(['| in a hold | reason | held | failed requests |', '| --- | --- | --- | --- |', ...lines].join('\n'));
});

async function survive(world: World, trouble: Trouble): Promise<void> {
  const { fate, ...row } = await underTrouble(world, trouble);
  rows.push({ ...row, title: trouble.title });
  expect(fate.hold?.reason).toBe(trouble.reason);
  if (trouble.mayFail !== true) expect(row.failed).toBe(0);
  expect(row.sent).toBeGreaterThan(100);
  expect(fate.killed.filter((container) => !container.startsWith('drain-wait'))).toEqual([]);
  if (trouble.reason !== 'drained') return;
  expect(fate.sigtermAtMs.get('app')).toBeGreaterThan(fate.routedUntilMs ?? Number.NaN);
  // A restarted kubelet calls again, and joins.
  expect(row.holds).toBe(1);
}

describeReal('in a hold, in a real pod,', (world, cluster) => {
  describe.skipIf(cluster.kind !== 'cluster' || !cluster.ownNode)('when', () => {
    describe.concurrent('one pod is in trouble:', () => {
      test.each(TROUBLES.filter(({ local }) => local))('$title', (trouble) => survive(world(), trouble));
    });

    // What these do concerns every pod of the node: one after the other.
    test.each(TROUBLES.filter(({ local }) => !local))('$title', (trouble) => survive(world(), trouble));
  });
});
