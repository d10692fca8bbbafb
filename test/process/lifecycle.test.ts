import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { POD_IP, startScene } from '../support/scene.ts';

describe.concurrent('a native sidecar', () => {
  test('exits with 0 at once when it is told to stop', async () => {
    await using scene = await startScene();
    scene.pod.sidecarProcess.signal('SIGTERM');
    expect(await scene.pod.sidecarProcess.exited).toEqual({ code: 0, signal: undefined });
    expect(scene.pod.log.some(({ msg }) => msg === 'hold released')).toBe(false);
  });

  test('is told to stop after the application, and is gone before it would be killed', async () => {
    await using scene = await startScene();
    scene.delete();
    await scene.ended();
    expect(scene.moment('container exited', 'drain-wait')?.fields).toMatchObject({ code: 0 });
    expect(scene.moment('sends SIGKILL')).toBeUndefined();
  });

  test('that is told to stop during a hold says what it had seen', async () => {
    await using scene = await startScene({ lagMs: 100_000 });
    scene.delete();
    await scene.pod.logged('target state');
    scene.pod.sidecarProcess.signal('SIGTERM');
    const line = await scene.pod.logged('told to stop during the hold');
    expect(line).toMatchObject({ level: 'warn', targets: [{ port: 8080, state: 'registered' }] });
    expect(await scene.pod.sidecarProcess.exited).toEqual({ code: 0, signal: undefined });
  });

  test('that cannot read the pod is told so by the setting', async () => {
    await using scene = await startScene({
      env: { DRAIN_WAIT_SIDECAR: 'native' },
      prepare: (cluster) => cluster.kubernetes.deny('pods'),
    });
    scene.pod.sidecarProcess.signal('SIGTERM');
    expect(await scene.pod.sidecarProcess.exited).toEqual({ code: 0, signal: undefined });
  });
});

describe.concurrent('a classic sidecar', () => {
  test('gets SIGTERM before the hook call, answers it rightly and is gone afterwards', async () => {
    await using scene = await startScene({ sidecar: 'classic' });
    scene.pod.sidecarProcess.signal('SIGTERM');
    scene.delete();
    const { reason } = await scene.ended();
    expect(reason).toBe('drained');
    expect(scene.moment('preStop answered', 'app')?.fields).toMatchObject({ status: 200 });
    expect(scene.moment('container exited', 'drain-wait')?.fields).toMatchObject({ code: 0 });
    expect(scene.moment('sends SIGKILL')).toBeUndefined();
    expect(scene.pod.log.filter(({ msg }) => msg === 'hold started')).toHaveLength(1);
  });

  test('holds by the signal alone when no hook calls it', async () => {
    await using scene = await startScene({ sidecar: 'classic' });
    scene.cluster.store.deletePod(scene.pod.namespace, scene.pod.name);
    expect((await scene.released()).reason).toBe('drained');
    expect(await scene.pod.sidecarProcess.exited).toEqual({ code: 0, signal: undefined });
  });

  test('does not take the repeated SIGTERM of a restarted kubelet for an order to stop', async () => {
    await using scene = await startScene({ sidecar: 'classic' });
    scene.delete();
    await scene.pod.logged('hold started');
    scene.pod.sidecarProcess.signal('SIGTERM');
    scene.pod.sidecarProcess.signal('SIGTERM');
    expect(await scene.ended()).toMatchObject({ reason: 'drained' });
  });
});

test('the start-up check leaves nothing behind when it has found the targets', async () => {
  await using scene = await startScene();
  const { pid } = scene.pod.sidecarProcess;
  const children = () => readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  if (process.platform === 'linux') await expect.poll(children, { timeout: 20_000 }).toBe('');
  const status = await (await fetch(`${scene.pod.url}/status`)).json();
  expect(status).toMatchObject({ check: { targets: [{ ip: POD_IP, port: 8080 }] } });
});

test('a hold ends a start-up check that still looks for targets', async () => {
  await using scene = await startScene({ prepare: () => {} });
  const { pid } = scene.pod.sidecarProcess;
  const children = () => readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  if (process.platform === 'linux') expect(await children()).not.toBe('');
  scene.delete();
  await scene.pod.logged('hold started');
  if (process.platform === 'linux') await expect.poll(children, { timeout: 20_000 }).toBe('');
  expect(await scene.ended()).toMatchObject({ reason: 'not-a-target' });
});

test('a disabled sidecar answers at once and says why', async () => {
  await using scene = await startScene({ env: { DRAIN_WAIT_DISABLED: 'incident 42' } });
  scene.delete();
  expect(await scene.ended()).toMatchObject({ reason: 'disabled' });
  expect(scene.cluster.kubernetes.requests).toEqual([]);
  expect(scene.cluster.aws.requests).toEqual([]);
});
