import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createNodes, type Nodes } from '../../sim/deployment/nodes.ts';
import type { PodIdentity } from '../../sim/deployment/replica.ts';
import { limitsOf } from '../../sim/deployment/rolling-update.ts';
import { createDeployment, type Deployment, type DeploymentOptions } from '../../sim/deployment.ts';
import { fakeProcess } from '../../sim/kubelet/process.ts';
import { createKubelet, type Kubelet } from '../../sim/kubelet.ts';
import { pod } from '../../sim/kubernetes/builders.ts';
import type { IntOrString, Pod } from '../../sim/kubernetes/objects.ts';
import { createStore, type Store } from '../../sim/kubernetes/store.ts';
import { drainNode } from '../../sim/node-drain.ts';
import { createTimeline, type Timeline } from '../../sim/timeline.ts';
import { type VirtualClock, virtualClock } from '../../sim/virtual-clock.ts';

interface World {
  readonly clock: VirtualClock;
  readonly timeline: Timeline;
  readonly store: Store;
  readonly kubelet: Kubelet;
  close(): Promise<void>;
}

let world: World;
let deployments: Deployment[];

function createWorld(): World {
  const clock = virtualClock();
  const timeline = createTimeline(clock);
  const store = createStore({ clock, timeline });
  const kubelet = createKubelet({ clock, timeline, store });
  return { clock, timeline, store, kubelet, close: () => kubelet.close() };
}

beforeEach(() => {
  world = createWorld();
  deployments = [];
});

afterEach(async () => {
  for (const deployment of deployments) deployment.close();
  await world.close();
});

interface Behaviour {
  /** By the pod's number, from 1 on. */
  readonly readyAfterMs?: (pod: number) => number | undefined;
  /** How long the pod goes on after its deletion. */
  readonly holdMs?: (pod: number) => number;
  /** How long it takes until it is in the API. */
  readonly startsAfterMs?: number;
}

type Options = Partial<DeploymentOptions> & Behaviour;

/** The Deployment `web`; its pods have a hook that holds, and a process that obeys. */
function deploy(options: Options = {}, { clock, timeline, store, kubelet }: World = world): Deployment {
  const { readyAfterMs = () => 1_000, holdMs = () => 0, startsAfterMs = 0 } = options;
  let started = 0;
  const startPod = async ({ name, namespace, node, labels }: PodIdentity) => {
    started += 1;
    const number = started;
    if (startsAfterMs > 0) await clock.sleep(startsAfterMs);
    const preStop = { sleep: { seconds: holdMs(number) / 1_000 } };
    const spec = {
      terminationGracePeriodSeconds: 3_600,
      nodeName: node,
      containers: [{ name: 'app', lifecycle: { preStop } }],
    };
    const delay = readyAfterMs(number);
    return kubelet.run({
      pod: pod({ name, namespace, labels, spec }),
      containers: { app: () => fakeProcess({ clock }) },
      ...(delay === undefined ? {} : { readyAfterMs: delay }),
    });
  };
  const deployment = createDeployment({ clock, timeline, store, name: 'web', replicas: 3, startPod, ...options });
  deployments.push(deployment);
  return deployment;
}

function isReady({ status }: Pod): boolean {
  return status.conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True');
}

function active(store: Store = world.store): readonly Pod[] {
  return store
    .list('Pod')
    .filter(({ metadata, status }) => metadata.deletionTimestamp === undefined && status.phase === 'Running');
}

/** The fewest Ready and the most active pods from now on, as any watcher of the store sees them. */
function watchExtremes({ store }: World = world) {
  const extremes = { fewestReady: Number.POSITIVE_INFINITY, mostActive: 0 };
  store.onChange(() => {
    const pods = active(store);
    extremes.fewestReady = Math.min(extremes.fewestReady, pods.filter(isReady).length);
    extremes.mostActive = Math.max(extremes.mostActive, pods.length);
  });
  return extremes;
}

/** The numbers of the pods that count, by the names that their Deployment gave them. */
function numbers(pods: readonly { readonly name: string }[]): readonly number[] {
  return pods.map(({ name }) => Number(name.split('-').at(-1))).toSorted((a, b) => a - b);
}

function activeNumbers(): readonly number[] {
  return numbers(active().map(({ metadata }) => metadata));
}

describe('limits', () => {
  test.each<[number, IntOrString | undefined, IntOrString | undefined, number, number]>([
    [4, undefined, undefined, 5, 3],
    [3, undefined, undefined, 4, 3],
    [10, '25%', '25%', 13, 8],
    [10, '0%', '9%', 10, 9],
    [3, 0, 0, 3, 2],
    [3, 1, 0, 4, 3],
    [2, '100%', '100%', 4, 0],
    [2, 5, 5, 7, 0],
    [0, '25%', '25%', 0, 0],
  ])(
    'of %i replicas, maxSurge %s and maxUnavailable %s: at most %i, at least %i',
    (replicas, maxSurge, maxUnavailable, maxTotal, minAvailable) => {
      const options = {
        ...(maxSurge !== undefined && { maxSurge }),
        ...(maxUnavailable !== undefined && { maxUnavailable }),
      };
      expect(limitsOf(replicas, options)).toEqual({ replicas, maxTotal, minAvailable });
    },
  );

  test.each<IntOrString>(['25', 'many', '-1%', -1, 0.5])('%s is no limit', (maxSurge) => {
    expect(() => deploy({ maxSurge })).toThrow(`current value is ${maxSurge}`);
  });
});

describe('a rollout', () => {
  test('replaces every pod, and keeps to its limits at every change', async () => {
    const deployment = deploy({ replicas: 10, maxSurge: 3, maxUnavailable: 2 });
    await world.clock.run(deployment.ready());
    const before = active().map(({ metadata }) => metadata.uid);
    const extremes = watchExtremes();
    await world.clock.run(deployment.rollOut());
    expect(extremes).toEqual({ fewestReady: 8, mostActive: 13 });
    const pods = world.store.list('Pod');
    expect(pods).toHaveLength(10);
    expect(pods.every(isReady)).toBe(true);
    expect(pods.map(({ metadata }) => metadata.uid).filter((uid) => before.includes(uid))).toEqual([]);
    expect(new Set(pods.map(({ metadata }) => metadata.labels['pod-template-hash'])).size).toBe(1);
    expect(pods.every(({ metadata }) => metadata.labels['app'] === 'web')).toBe(true);
  });

  test('is not slowed by pods that are held: new ones are created while old ones terminate', async () => {
    const deployment = deploy({ replicas: 4, maxSurge: 1, maxUnavailable: 0, holdMs: () => 600_000 });
    await world.clock.run(deployment.ready());
    const startMs = world.clock.now();
    const finished = deployment.rollOut();
    await world.clock.advance(4_000);
    expect(activeNumbers()).toEqual([5, 6, 7, 8]);
    expect(active().every(isReady)).toBe(true);
    expect(world.store.list('Pod')).toHaveLength(8);
    expect(deployment.pods().map(({ state }) => state)).toEqual([
      ...Array(4).fill('terminating'),
      ...Array(4).fill('ready'),
    ]);
    await world.clock.run(finished);
    expect(world.clock.now() - startMs).toBeGreaterThan(600_000);
    expect(world.store.list('Pod')).toHaveLength(4);
  });

  test('of a single replica with a surge starts the new pod first, and deletes the old one when that is Ready', async () => {
    const deployment = deploy({ replicas: 1, maxSurge: 1, maxUnavailable: 0 });
    await world.clock.run(deployment.ready());
    const extremes = watchExtremes();
    await world.clock.run(deployment.rollOut());
    expect(extremes).toEqual({ fewestReady: 1, mostActive: 2 });
    expect(activeNumbers()).toEqual([2]);
  });

  test('of a single replica without any limit deletes the old pod first', async () => {
    const deployment = deploy({ replicas: 1, maxSurge: 0, maxUnavailable: 0 });
    await world.clock.run(deployment.ready());
    const extremes = watchExtremes();
    await world.clock.run(deployment.rollOut());
    expect(extremes).toEqual({ fewestReady: 0, mostActive: 1 });
  });

  test('during a rollout begins anew: the pods of the one between go first, since they are not Ready', async () => {
    const readyAfterMs = (number: number) => (number > 4 && number <= 6 ? undefined : 1_000);
    const deployment = deploy({ replicas: 4, maxSurge: 2, maxUnavailable: 0, readyAfterMs });
    await world.clock.run(deployment.ready());
    const extremes = watchExtremes();
    const first = deployment.rollOut();
    await world.clock.advance(10_000);
    expect(activeNumbers()).toEqual([1, 2, 3, 4, 5, 6]);
    await world.clock.run(Promise.all([first, deployment.rollOut()]));
    expect(extremes).toEqual({ fewestReady: 4, mostActive: 6 });
    expect(activeNumbers()).toEqual([7, 8, 9, 10]);
    expect(deployment.pods().every(({ revision }) => revision === 3)).toBe(true);
  });

  test('stops where new pods do not become Ready, and the old ones stay', async () => {
    const readyAfterMs = (number: number) => (number > 4 ? undefined : 1_000);
    const deployment = deploy({ replicas: 4, readyAfterMs });
    await world.clock.run(deployment.ready());
    await expect(world.clock.run(deployment.rollOut())).rejects.toThrow('nothing sleeps');
    expect(active().filter(isReady)).toHaveLength(3);
    expect(active()).toHaveLength(5);
  });

  test('that is stuck does not end the old pods as well when one of them fails', async () => {
    const readyAfterMs = (number: number) => (number > 4 ? undefined : 1_000);
    const deployment = deploy({ replicas: 4, maxSurge: 2, maxUnavailable: 1, readyAfterMs });
    await world.clock.run(deployment.ready());
    deployment.rollOut().catch(() => {});
    await world.clock.advance(10_000);
    expect(activeNumbers()).toEqual([1, 2, 3, 5, 6, 7]);
    const name = deployment.pods()[0]?.name ?? '';
    const unready = { type: 'Ready', status: 'False', lastTransitionTime: world.store.timestamp() } as const;
    const [first] = active().filter(({ metadata }) => metadata.name === name);
    if (first !== undefined) world.store.put({ ...first, status: { ...first.status, conditions: [unready] } });
    await world.clock.advance(10_000);
    expect(activeNumbers()).toEqual([1, 2, 3, 5, 6, 7]);
  });

  test('keeps to its limits for all sizes, limits, delays and holds, also in the middle of another one', async () => {
    const limit = fc.oneof(
      fc.integer({ min: 0, max: 9 }),
      fc.integer({ min: 0, max: 120 }).map((percent) => `${percent}%`),
    );
    const times = fc.array(fc.integer({ min: 0, max: 30_000 }), { minLength: 1, maxLength: 7 });
    const scenes = fc.record({
      replicas: fc.integer({ min: 1, max: 8 }),
      maxSurge: limit,
      maxUnavailable: limit,
      delays: times,
      holds: times,
      startsAfterMs: fc.constantFrom(0, 700),
      againAfterMs: fc.option(fc.integer({ min: 0, max: 40_000 }), { nil: undefined }),
    });
    await fc.assert(
      fc.asyncProperty(scenes, async ({ delays, holds, againAfterMs, ...options }) => {
        const here = createWorld();
        const readyAfterMs = (number: number) => delays[number % delays.length] ?? 0;
        const holdMs = (number: number) => holds[number % holds.length] ?? 0;
        const deployment = deploy({ ...options, readyAfterMs, holdMs }, here);
        await here.clock.run(deployment.ready());
        const extremes = watchExtremes(here);
        const rollouts = [deployment.rollOut()];
        if (againAfterMs !== undefined) {
          await here.clock.advance(againAfterMs);
          rollouts.push(deployment.rollOut());
        }
        await here.clock.run(Promise.all(rollouts));
        const { maxTotal, minAvailable } = limitsOf(options.replicas, options);
        expect(extremes.fewestReady).toBeGreaterThanOrEqual(minAvailable);
        expect(extremes.mostActive).toBeLessThanOrEqual(maxTotal);
        const pods = here.store.list('Pod');
        expect(pods).toHaveLength(options.replicas);
        expect(pods.every(isReady)).toBe(true);
        deployment.close();
        await here.close();
      }),
      { numRuns: 200 },
    );
  });

  test('of a thousand pods comes to its end', async () => {
    const deployment = deploy({ replicas: 1_000, holdMs: () => 60_000 });
    await world.clock.run(deployment.ready());
    await world.clock.run(deployment.rollOut());
    expect(active()).toHaveLength(1_000);
  });
});

describe('a change of scale', () => {
  test('takes pods that are not Ready first, and then those that were Ready last', async () => {
    const readyAfterMs = (number: number) => (number === 2 ? undefined : 10_000 - number * 1_000);
    const deployment = deploy({ replicas: 5, readyAfterMs });
    await world.clock.advance(60_000);
    expect(active().filter(isReady)).toHaveLength(4);
    void deployment.scale(4);
    await world.clock.advance(0);
    expect(activeNumbers()).toEqual([1, 3, 4, 5]);
    await world.clock.run(deployment.scale(2));
    expect(numbers(deployment.pods())).toEqual([4, 5]);
  });

  test('takes the youngest of pods that were Ready at once, and a pod that shares its node before that', async () => {
    const deployment = deploy({ replicas: 4 });
    await world.clock.run(deployment.ready());
    await world.clock.run(deployment.scale(3));
    expect(activeNumbers()).toEqual([1, 2, 3]);

    const other = deploy({ name: 'spread', replicas: 4, nodes: createNodes(['node-1', 'node-2', 'node-3']) });
    await world.clock.run(other.ready());
    await world.clock.run(other.scale(2));
    expect(numbers(other.pods())).toEqual([2, 3]);
  });

  test('resolves when pods are Ready, and when those that are left over have ended', async () => {
    const deployment = deploy({ replicas: 1, holdMs: () => 90_000 });
    await world.clock.run(deployment.ready());
    await world.clock.run(deployment.scale(3));
    expect(world.clock.now()).toBe(2_000);
    await world.clock.run(deployment.scale(0));
    expect(world.clock.now()).toBeGreaterThan(92_000);
    expect(world.store.list('Pod')).toEqual([]);
    expect(deployment.replicas).toBe(0);
  });

  test('during a rollout lets it go on with the new number', async () => {
    const deployment = deploy({ replicas: 6, maxSurge: 1, maxUnavailable: 0 });
    await world.clock.run(deployment.ready());
    const finished = deployment.rollOut();
    await world.clock.advance(2_500);
    await world.clock.run(Promise.all([finished, deployment.scale(3)]));
    expect(deployment.pods().map(({ revision, state }) => [revision, state])).toEqual(Array(3).fill([2, 'ready']));
  });

  test('to what is no number of pods is refused', () => {
    expect(() => void deploy().scale(-1)).toThrow(
      "Cannot scale as 'replicas' must be a whole number: current value is -1",
    );
  });
});

describe('a pod that goes', () => {
  test('by a deletion, by an eviction of the kubelet or for good is replaced at once, and once', async () => {
    const deployment = deploy({ holdMs: () => 60_000, startsAfterMs: 500 });
    await world.clock.run(deployment.ready());
    const [first, second, third] = deployment.pods();
    world.store.deletePod('default', first?.name ?? '');
    await world.clock.advance(600);
    expect(activeNumbers()).toEqual([2, 3, 4]);
    world.store.deletePod('default', second?.name ?? '', { gracePeriodSeconds: 0 });
    world.store.deletePod('default', second?.name ?? '');
    world.store.remove('Pod', 'default', third?.name ?? '');
    await world.clock.run(deployment.ready());
    expect(numbers(deployment.pods())).toEqual([4, 5, 6]);
  });

  test('is counted from the moment its start was decided: nothing that happens meanwhile starts another', async () => {
    const deployment = deploy({ replicas: 3, startsAfterMs: 5_000 });
    for (let other = 0; other < 5; other += 1) {
      await world.clock.advance(100);
      world.store.put(pod({ name: `other-${other}`, labels: { app: 'web' } }));
    }
    expect(deployment.pods().map(({ state }) => state)).toEqual(['starting', 'starting', 'starting']);
    await world.clock.run(deployment.ready());
    expect(numbers(deployment.pods())).toEqual([1, 2, 3]);
  });

  test('before it is in the API is deleted as soon as it is', async () => {
    const deployment = deploy({ replicas: 3, startsAfterMs: 5_000 });
    await world.clock.advance(1_000);
    const scaled = deployment.scale(1);
    await world.clock.run(Promise.all([scaled, deployment.ready()]));
    expect(numbers(deployment.pods())).toEqual([1]);
    expect(world.store.list('Pod')).toHaveLength(1);
    const deleted = world.timeline.moments.filter(({ what }) => what === 'pod deleted');
    expect(deleted.map(({ atMs }) => atMs)).toEqual([5_000, 5_000]);
  });

  test('that ended by a node shutdown stays as Failed, and is replaced', async () => {
    const deployment = deploy({ replicas: 2 });
    await world.clock.run(deployment.ready());
    await world.clock.run(world.kubelet.shutdownNode());
    await world.clock.run(deployment.ready());
    expect(numbers(deployment.pods())).toEqual([3, 4]);
    expect(world.store.list('Pod').filter(({ status }) => status.phase === 'Failed')).toHaveLength(2);
  });
});

describe('a pod that cannot be started', () => {
  const refuse = () => Promise.reject(new Error('no port is left'));

  test('rejects for all who wait and will wait, and is told in the timeline', async () => {
    const deployment = deploy({ replicas: 2, startPod: refuse });
    await expect(world.clock.run(deployment.ready())).rejects.toThrow(
      /^Cannot start pod default\/web-.*: no port is left$/,
    );
    await expect(deployment.ready()).rejects.toThrow('no port is left');
    const told = world.timeline.moments.filter(({ what }) => what === 'pod could not start');
    expect(told.map(({ fields }) => fields['error'])).toEqual(['no port is left', 'no port is left']);
    expect(deployment.pods()).toEqual([]);
  });

  test('in a rollout rejects it; the old pods stay, and the next rollout tries again', async () => {
    let broken = false;
    const startPod = async ({ name, labels }: PodIdentity) => {
      if (broken) throw new Error('no port is left');
      const { clock, kubelet } = world;
      const containers = { app: () => fakeProcess({ clock }) };
      return kubelet.run({ pod: pod({ name, labels }), containers, readyAfterMs: 100 });
    };
    const deployment = deploy({ startPod });
    await world.clock.run(deployment.ready());
    broken = true;
    await expect(world.clock.run(deployment.rollOut())).rejects.toThrow('no port is left');
    await world.clock.advance(60_000);
    expect(active().filter(isReady)).toHaveLength(3);
    broken = false;
    await world.clock.run(deployment.rollOut());
    expect(deployment.pods().map(({ revision }) => revision)).toEqual([3, 3, 3]);
  });

  test('does not count as a pod: the next change of scale tries again', async () => {
    let attempts = 0;
    const startPod = async ({ name, labels }: PodIdentity) => {
      attempts += 1;
      if (attempts === 1) throw new Error('no port is left');
      const { clock, kubelet } = world;
      return kubelet.run({
        pod: pod({ name, labels }),
        containers: { app: () => fakeProcess({ clock }) },
        readyAfterMs: 100,
      });
    };
    const deployment = deploy({ replicas: 2, startPod });
    await expect(world.clock.run(deployment.ready())).rejects.toThrow('no port is left');
    await world.clock.run(deployment.scale(2));
    expect(deployment.pods()).toHaveLength(2);
  });

  test('but is in the API already is deleted', async () => {
    const { clock, store, kubelet } = world;
    let broken = true;
    const startPod = async ({ name }: PodIdentity) => {
      const containers = { app: () => fakeProcess({ clock }) };
      const running = await kubelet.run({ pod: pod({ name }), containers, readyAfterMs: 50 });
      if (broken) throw new Error('it does not listen');
      return running;
    };
    const deployment = deploy({ replicas: 1, startPod });
    await expect(clock.run(deployment.ready())).rejects.toThrow('it does not listen');
    broken = false;
    await clock.run(deployment.scale(1));
    expect(numbers(deployment.pods())).toEqual([2]);
    expect(store.list('Pod')).toHaveLength(1);
  });

  test('because it was deleted meanwhile is no failure', async () => {
    const { clock, store, kubelet } = world;
    const startPod = async ({ name }: PodIdentity) => {
      const running = await kubelet.run({
        pod: pod({ name }),
        containers: { app: () => fakeProcess({ clock }) },
        readyAfterMs: 50,
      });
      await clock.sleep(5_000);
      if (store.get('Pod', 'default', name)?.metadata.uid !== running.uid)
        throw new Error('it ended before it listened');
      return running;
    };
    const deployment = deploy({ replicas: 1, startPod });
    await clock.advance(1_000);
    store.deletePod('default', deployment.pods()[0]?.name ?? '');
    await clock.run(deployment.ready());
    expect(numbers(deployment.pods())).toEqual([2]);
  });

  test('close() rejects for whoever waits', async () => {
    const deployment = deploy();
    const waiting = deployment.ready();
    deployment.close();
    await expect(waiting).rejects.toThrow('Deployment default/web is closed');
    await expect(deployment.rollOut()).rejects.toThrow('is closed');
  });
});

describe('a drained node', () => {
  let nodes: Nodes;

  beforeEach(() => {
    nodes = createNodes(['node-1', 'node-2']);
  });

  const nodeNames = (pods: readonly { readonly node: string }[]) => pods.map(({ node }) => node).toSorted();

  function drain(node: string): Promise<void> {
    return drainNode({ ...world, nodes, node });
  }

  test('has its pods evicted at once, each with its own grace, and replaced elsewhere', async () => {
    const deployment = deploy({ replicas: 4, nodes, holdMs: () => 30_000 });
    await world.clock.run(deployment.ready());
    expect(nodeNames(deployment.pods())).toEqual(['node-1', 'node-1', 'node-2', 'node-2']);
    const drained = drain('node-1');
    const evicted = world.store.list('Pod').filter(({ spec }) => spec.nodeName === 'node-1');
    expect(evicted.map(({ metadata }) => metadata.deletionGracePeriodSeconds)).toEqual([3_600, 3_600]);
    for (const { status } of evicted) {
      expect(status.conditions).toContainEqual(
        expect.objectContaining({ type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI' }),
      );
    }
    await world.clock.advance(2_000);
    expect(active()).toHaveLength(4);
    await world.clock.run(drained);
    expect(world.clock.now()).toBe(31_100);
    await world.clock.run(deployment.ready());
    expect(nodeNames(deployment.pods())).toEqual(['node-2', 'node-2', 'node-2', 'node-2']);
  });

  test('takes pods again when it is uncordoned; while all nodes are cordoned, none is started', async () => {
    const deployment = deploy({ replicas: 2, nodes });
    await world.clock.run(deployment.ready());
    await world.clock.run(Promise.all([drain('node-1'), drain('node-2')]));
    await world.clock.advance(60_000);
    expect(deployment.pods()).toEqual([]);
    nodes.uncordon('node-2');
    await world.clock.run(deployment.ready());
    expect(nodeNames(deployment.pods())).toEqual(['node-2', 'node-2']);
    expect([nodes.isCordoned('node-1'), nodes.isCordoned('node-2')]).toEqual([true, false]);
  });

  test('that is empty is drained at once, and one that does not exist is refused', async () => {
    await drain('node-2');
    await expect(drain('node-9')).rejects.toThrow('There is no node node-9: expected node-1, node-2');
  });
});
