import { describe, expect, test } from 'vitest';
import { type Scene, type SceneOptions, startScene } from '../support/scene.ts';

function observing(options: SceneOptions = {}): Promise<Scene> {
  return startScene({ ...options, env: { DRAIN_WAIT_MODE: 'observe' } });
}

function notes({ cluster }: Scene): readonly (string | undefined)[] {
  return cluster.store.list('Event').map(({ note }) => note);
}

describe.concurrent('in observe mode', () => {
  test('nobody waits for the hold, and it tells what it would have been', async () => {
    await using scene = await observing({ appEndsAfterMs: 60_000 });
    scene.delete();
    expect(await scene.released()).toMatchObject({
      reason: 'drained',
      observed: true,
      targets: [{ state: 'settled' }],
    });
    const [answered, stopped] = [scene.moment('preStop answered'), scene.moment('stops routing')];
    expect(answered?.atMs).toBeLessThan(stopped?.atMs ?? 0);
    expect(answered?.fields).toMatchObject({ status: 200 });
    await scene.pod.ended;
    expect(notes(scene)).toContainEqual(
      expect.stringMatching(/^Would have held SIGTERM for .* draining after .* settled 20 s$/),
    );
  });

  test('a native sidecar ends with the application, and tells how far it had come', async () => {
    await using scene = await observing({ appEndsAfterMs: 18_000 });
    scene.delete();
    await scene.pod.ended;
    const line = scene.pod.log.find(({ msg }) => msg === 'told to stop during the hold');
    expect(line).toMatchObject({ level: 'info', observed: true, targets: [{ port: 8080 }] });
    expect(scene.moment('container exited', 'drain-wait')?.fields).toMatchObject({ code: 0 });
    expect(notes(scene)).toContainEqual(expect.stringMatching(/^Would have held SIGTERM for .* s when told to stop: /));
  });

  test('a classic sidecar lives on until the hold would have been over', async () => {
    await using scene = await observing({ sidecar: 'classic' });
    scene.delete();
    await scene.pod.ended;
    expect(await scene.released()).toMatchObject({ reason: 'drained', observed: true });
    const [app, sidecar] = ['app', 'drain-wait'].map((name) => scene.moment('container exited', name)?.atMs ?? 0);
    expect(sidecar).toBeGreaterThan((app ?? 0) + 15_000);
  });

  test('the answer, the status and the log at start-up say so', async () => {
    await using scene = await observing({ appEndsAfterMs: 60_000 });
    const status = await (await fetch(`${scene.pod.url}/status`)).json();
    expect(status).toMatchObject({ mode: 'observe', check: { aHoldNow: expect.stringMatching(/answered at once/) } });
    expect(scene.pod.log.find(({ msg }) => msg === 'start-up check')).toMatchObject({
      aHoldNow: (status as { check: { aHoldNow: string } }).check.aHoldNow,
    });
    scene.delete();
    await scene.pod.logged('hold started');
    const answer = await (await fetch(`${scene.pod.url}/prestop`)).json();
    expect(answer).toMatchObject({ reason: 'observing', observed: true, heldMs: 0, targets: [{ port: 8080 }] });
  });
});
