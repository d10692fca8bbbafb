import { describe, expect, test } from 'vitest';
import { addTargetGroup } from '../../sim/add-target-group.ts';
import { eventually } from '../support/eventually.ts';
import { type Scene, startScene } from '../support/scene.ts';

interface Told {
  readonly type: string;
  readonly reason: string;
  readonly note: string;
}

/** The Events on the scene's pod, oldest first. */
function eventsOf({ cluster }: Scene): readonly Told[] {
  const events = cluster.store.list('Event');
  return events
    .toSorted((a, b) => String(a.eventTime).localeCompare(String(b.eventTime)))
    .map(({ type = '', reason = '', note = '' }) => ({ type, reason, note }));
}

function isEventPost({ name }: { readonly name: string }): boolean {
  return name.startsWith('POST /apis/events.k8s.io/');
}

describe.concurrent('the Events of a hold', () => {
  test('tell on the pod when it began, what was seen and why it let go', async () => {
    await using scene = await startScene();
    scene.delete();
    const { heldMs } = await scene.ended();
    const name = scene.cluster.elbv2.targetGroups()[0]?.name;
    const held = `${Math.round(heldMs / 100) / 10}`;
    expect(eventsOf(scene)).toEqual([
      {
        type: 'Normal',
        reason: 'DrainWaitHolding',
        note: expect.stringMatching(
          /^Holding SIGTERM until no load balancer sends requests to this pod any more, for at most 28\d(\.\d)? s$/,
        ),
      },
      {
        type: 'Normal',
        reason: 'DrainWaitDrained',
        note: expect.stringMatching(
          new RegExp(`^Held SIGTERM for ${held} s: ${name} \\(ALB\\) draining after \\d+(\\.\\d)? s, settled 20 s$`),
        ),
      },
    ]);
    const [event] = scene.cluster.store.list('Event');
    const { uid, name: pod, namespace } = scene.pod;
    expect(event).toMatchObject({ regarding: { apiVersion: 'v1', kind: 'Pod', name: pod, namespace, uid } });
  });

  test('warn of a hold that saw nothing, and of one that came to its deadline', async () => {
    await using blind = await startScene({ prepare: deniedAtAws });
    await using late = await startScene({ lagMs: 200_000, gracePeriodSeconds: 50 });
    blind.delete();
    late.delete();
    await Promise.all([blind.ended(), late.ended()]);
    expect(eventsOf(blind).at(-1)).toMatchObject({
      type: 'Warning',
      reason: 'DrainWaitFallback',
      note: expect.stringMatching(/by the clock, .* never seen \(\d+ of \d+ calls failed, 0 of them throttled\)$/),
    });
    expect(eventsOf(late).at(-1)).toMatchObject({
      type: 'Warning',
      reason: 'DrainWaitDeadline',
      note: expect.stringMatching(/as long as the grace period allows: .* still registered \(healthy\)$/),
    });
  });

  test('are none for a container that is only restarted', async () => {
    await using scene = await startScene();
    const response = await fetch(`${scene.pod.url}/prestop`);
    expect(await response.json()).toMatchObject({ reason: 'not-terminating' });
    expect(eventsOf(scene)).toEqual([]);
  });

  test('are none where the setting says so', async () => {
    await using scene = await startScene({ env: { DRAIN_WAIT_EVENTS: 'false' } });
    scene.delete();
    await scene.ended();
    expect(scene.cluster.kubernetes.requests.filter(isEventPost)).toEqual([]);
  });

  test('may not be written: said once, with the rule to add, and the hold is as ever', async () => {
    await using scene = await startScene({
      prepare(cluster) {
        addTargetGroup(cluster);
        cluster.kubernetes.deny('events.events.k8s.io');
      },
    });
    scene.delete();
    expect(await scene.ended()).toMatchObject({ reason: 'drained' });
    const said = scene.pod.log.filter(({ msg }) => msg === 'Kubernetes Event could not be written');
    expect(said).toHaveLength(1);
    expect(JSON.stringify(said)).toContain(
      'lacks { apiGroups: [\\"events.k8s.io\\"], resources: [\\"events\\"], verbs: [\\"create\\"] }',
    );
    expect(scene.cluster.kubernetes.requests.filter(isEventPost)).toHaveLength(2);
  });

  test('that hang delay neither the answer nor the end of the process beyond its 2 s', async () => {
    await using scene = await startScene({
      prepare(cluster) {
        addTargetGroup(cluster);
        cluster.kubernetesFaults.add({ match: 'POST /apis/events.k8s.io/', fault: { kind: 'hang' } });
      },
    });
    scene.delete();
    expect(await scene.ended()).toMatchObject({ reason: 'drained' });
    expect(scene.moment('container exited', 'drain-wait')?.fields).toMatchObject({ code: 0 });
    expect(scene.moment('sends SIGKILL')).toBeUndefined();
  });

  test('survive a server that fails at first', async () => {
    await using scene = await startScene({
      prepare(cluster) {
        addTargetGroup(cluster);
        const fault = { kind: 'status', status: 503 } as const;
        cluster.kubernetesFaults.add({ match: 'POST /apis/events.k8s.io/', times: 1, fault });
      },
    });
    scene.delete();
    await scene.ended();
    expect(eventsOf(scene).map(({ reason }) => reason)).toEqual(['DrainWaitHolding', 'DrainWaitDrained']);
  });
});

describe.concurrent('the Event at start-up', () => {
  test('warns of a permission that is missing', async () => {
    await using scene = await startScene({
      prepare(cluster) {
        addTargetGroup(cluster);
        cluster.kubernetes.deny('endpointslices.discovery.k8s.io');
      },
    });
    await eventually(() =>
      expect(eventsOf(scene)).toEqual([
        {
          type: 'Warning',
          reason: 'DrainWaitMisconfigured',
          note: expect.stringMatching(/^list endpointslices\.discovery\.k8s\.io: HTTP 403: the Role .* lacks \{ .* \}/),
        },
      ]),
    );
  });

  test('warns of a grace period that is shorter than the load balancer needs', async () => {
    await using scene = await startScene({ gracePeriodSeconds: 30 });
    await eventually(() =>
      expect(eventsOf(scene)).toMatchObject([
        {
          reason: 'DrainWaitMisconfigured',
          note: expect.stringMatching(
            /^a grace period of 30 s leaves 18 s for a hold, .* terminationGracePeriodSeconds: 60$/,
          ),
        },
      ]),
    );
  });

  test('is none where all is well', async () => {
    await using scene = await startScene({ gracePeriodSeconds: 60 });
    const status = await (await fetch(`${scene.pod.url}/status`)).json();
    expect(status).toMatchObject({ check: { problems: [] } });
    scene.delete();
    await scene.ended();
    expect(eventsOf(scene).map(({ reason }) => reason)).not.toContain('DrainWaitMisconfigured');
  });
});

function deniedAtAws(cluster: Scene['cluster']): void {
  addTargetGroup(cluster);
  cluster.awsFaults.add({ fault: { kind: 'status', status: 403, code: 'AccessDenied' } });
}
