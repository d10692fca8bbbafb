import { request } from 'node:http';
import { describe, expect, test } from 'vitest';
import { callHook, startScene } from '../support/scene.ts';

/** Calls and hangs up when the connection stands. */
function hangUp(url: string): Promise<void> {
  return new Promise((resolve) => {
    const call = request(`${url}/prestop`);
    call.on('error', () => resolve());
    call.on('socket', (socket) => socket.on('connect', () => call.end(() => setImmediate(() => call.destroy()))));
  });
}

describe.concurrent('callers', () => {
  test('ten at once, and one that hangs up, share one hold, one set of API calls and one result', async () => {
    await using scene = await startScene();
    scene.delete();
    await hangUp(scene.pod.url);
    const results = await Promise.all(Array.from({ length: 10 }, () => callHook(scene.pod.url)));
    expect(results[0]).toMatchObject({ reason: 'drained' });
    for (const result of results) expect(result).toEqual(results[0]);
    expect(scene.calls('DescribeTargetHealth')).toBeLessThanOrEqual(5);
    expect(scene.pod.log.filter(({ msg }) => msg === 'hold started')).toHaveLength(1);
  });

  test('the restarted kubelet joins the hold that its first call began', async () => {
    await using scene = await startScene();
    scene.delete();
    await scene.pod.logged('hold started');
    await scene.cluster.kubelet.restart();
    const { reason } = await scene.ended();
    expect(reason).toBe('drained');
    expect(scene.cluster.timeline.moments.filter(({ what }) => what === 'calls preStop')).toHaveLength(2);
    expect(scene.pod.log.filter(({ msg }) => msg === 'hold started')).toHaveLength(1);
    expect(scene.calls('DescribeTargetHealth')).toBeLessThanOrEqual(5);
  });

  test('that come after the release get the same result at once', async () => {
    // A second call keeps the sidecar from being told to stop before we have asked again.
    await using scene = await startScene({ sidecar: 'classic' });
    scene.delete();
    const first = await callHook(scene.pod.url);
    const calls = scene.cluster.aws.requests.length;
    expect(await callHook(scene.pod.url)).toEqual(first);
    expect(scene.cluster.aws.requests).toHaveLength(calls);
  });

  test('get not one byte before the release, even if they ask for 100 Continue', async () => {
    await using scene = await startScene();
    scene.delete();
    const released = scene.released();
    let isReleased = false;
    void released.then(() => {
      isReleased = true;
    });
    const early = await new Promise<boolean>((resolve, reject) => {
      const call = request(`${scene.pod.url}/prestop`, { method: 'POST', headers: { expect: '100-continue' } });
      call.on('continue', () => resolve(true));
      call.on('response', (response) => {
        response.resume();
        response.on('end', () => resolve(!isReleased && scene.pod.log.every(({ msg }) => msg !== 'hold released')));
      });
      call.on('error', reject);
      call.end();
    });
    expect(early).toBe(false);
    await released;
  });
});

describe.concurrent('the other paths', () => {
  test('tell health, readiness and status, and nothing else', async () => {
    await using scene = await startScene();
    const get = (path: string, method = 'GET') => fetch(scene.pod.url + path, { method });
    expect((await get('/healthz')).status).toBe(200);
    expect((await get('/readyz')).status).toBe(200);
    expect((await get('/')).status).toBe(404);
    expect((await get('/__proto__')).status).toBe(404);
    expect((await get('/prestop', 'DELETE')).status).toBe(405);
    const status = await (await get('/status')).json();
    expect(status).toMatchObject({
      pod: { namespace: 'default', name: 'web-1' },
      check: { podRead: true, sidecar: 'native', source: 'endpoint-slice', problems: [] },
      hold: { phase: 'none' },
    });
    scene.delete();
    await scene.pod.logged('target state');
    expect(await (await get('/status')).json()).toMatchObject({
      hold: { phase: 'holding', targets: [{ port: 8080 }] },
    });
  });
});
