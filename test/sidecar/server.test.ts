import { once } from 'node:events';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { NO_CALLS } from '../../src/core/calls.ts';
import type { HoldSummary } from '../../src/core/outcome.ts';
import { originOf } from '../../src/sidecar/origin.ts';
import { type SidecarServer, startServer } from '../../src/sidecar/server.ts';

const DRAINED: HoldSummary = { reason: 'drained', heldMs: 1, deadlineInMs: 1, kubernetes: NO_CALLS, targets: [] };
/** Linux has all of 127.0.0.0/8; elsewhere IPv6 is the other loopback address there is. */
const ANOTHER_ADDRESS =
  process.platform === 'linux' ? { host: '127.0.0.1', localAddress: '127.0.0.2' } : { host: '::1' };

const open: { close(): unknown }[] = [];

afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

/** A server whose hold ends when the test says so. */
async function start(nodeIps?: readonly string[]): Promise<{
  readonly server: SidecarServer;
  readonly release: () => void;
  readonly calls: () => number;
}> {
  const { promise, resolve } = Promise.withResolvers<HoldSummary>();
  let calls = 0;
  const server = await startServer({
    port: 0,
    originOf: originOf(nodeIps),
    status: () => ({}),
    preStop() {
      calls += 1;
      return promise;
    },
  });
  open.push(server);
  return { server, release: () => resolve(DRAINED), calls: () => calls };
}

async function dial(port: number, localAddress?: string): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', ...(localAddress === undefined ? {} : { localAddress }) });
  socket.on('error', () => {});
  open.push({ close: () => socket.destroy() });
  await once(socket, 'connect');
  return socket;
}

async function readAll(socket: Socket): Promise<string> {
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  return text;
}

describe('the HTTP face', () => {
  test('gives a hook with a body and a query its answer', async () => {
    const { server, release } = await start();
    release();
    const response = await fetch(`http://127.0.0.1:${server.port}/prestop?container=app`, {
      method: 'POST',
      body: 'x'.repeat(100_000),
    });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual(DRAINED);
  });

  test('goes on holding for others when a caller hangs up', async () => {
    const { server, release, calls } = await start();
    const impatient = await dial(server.port);
    impatient.write('GET /prestop HTTP/1.1\r\nhost: x\r\n\r\n');
    const patient = fetch(`http://127.0.0.1:${server.port}/prestop`);
    while (calls() < 2) await new Promise((resolve) => setImmediate(resolve));
    impatient.destroy();
    release();
    expect((await patient).status).toBe(200);
  });

  test.each([
    ['a header that is too large', `GET /healthz HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(9_000)}\r\n\r\n`, '431'],
    ['what is not HTTP', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', '400'],
  ])('refuses %s and lives on', async (_, bytes, status) => {
    const { server } = await start();
    const socket = await dial(server.port);
    socket.write(bytes);
    expect(await readAll(socket)).toContain(`HTTP/1.1 ${status}`);
    expect((await fetch(`http://127.0.0.1:${server.port}/healthz`)).status).toBe(200);
  });
});

describe('/metrics', () => {
  test('shows what it is given, as what it is', async () => {
    const metrics = { contentType: 'text/plain; version=0.0.4', text: async () => 'drain_wait_x 1\n' };
    const server = await startServer({
      port: 0,
      originOf: () => 'node',
      status: () => ({}),
      preStop: async () => DRAINED,
      metrics,
    });
    open.push(server);
    const response = await fetch(`http://127.0.0.1:${server.port}/metrics`);
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4');
    expect(await response.text()).toBe('drain_wait_x 1\n');
    const refused = await fetch(`http://127.0.0.1:${server.port}/metrics`, { method: 'POST' });
    expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  test('is not there unless metrics are switched on', async () => {
    const { server } = await start();
    const response = await fetch(`http://127.0.0.1:${server.port}/metrics`);
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({
      error: 'Nothing is here. There are /prestop, /healthz, /readyz, /status.',
    });
  });
});

describe('a stranger with many connections', () => {
  test('cannot keep the kubelet out, nor cut its call off', async () => {
    const { server, release, calls } = await start();
    // The kubelet calls from the node's address, the stranger from another one.
    const kubelet = new Promise<number | undefined>((resolve, reject) => {
      request({ port: server.port, ...ANOTHER_ADDRESS, path: '/prestop' })
        .on('response', (response) => resolve(response.resume().statusCode))
        .on('error', reject)
        .end();
    });
    while (calls() < 1) await new Promise((resolve) => setImmediate(resolve));
    const strangers: Socket[] = [];
    for (let count = 0; count < 400; count += 1) {
      const socket = await dial(server.port);
      socket.write('GET /prestop HTTP/1.1\r\nhost: x\r\n\r\n');
      strangers.push(socket);
    }
    const late = fetch(`http://127.0.0.1:${server.port}/healthz`);
    expect((await late).status).toBe(200);
    await expect
      .poll(() => strangers.filter(({ closed, destroyed }) => closed || destroyed).length)
      .toBeGreaterThanOrEqual(144);
    release();
    expect(await kubelet).toBe(200);
  });

  // Only Linux has so many addresses without asking for them.
  test.runIf(process.platform === 'linux')(
    'from as many addresses cannot either, where that of the node is known',
    async () => {
      const { server, release, calls } = await start(['127.0.0.1']);
      const kubelet = fetch(`http://127.0.0.1:${server.port}/prestop`);
      while (calls() < 1) await new Promise((resolve) => setImmediate(resolve));
      const strangers: Socket[] = [];
      for (let count = 0; count < 400; count += 1) {
        const socket = await dial(server.port, `127.0.${1 + (count >> 8)}.${count & 255}`);
        socket.write('GET /prestop HTTP/1.1\r\nhost: x\r\n\r\n');
        strangers.push(socket);
      }
      await expect
        .poll(() => strangers.filter(({ closed, destroyed }) => closed || destroyed).length)
        .toBeGreaterThanOrEqual(144);
      release();
      expect((await kubelet).status).toBe(200);
    },
  );
});
