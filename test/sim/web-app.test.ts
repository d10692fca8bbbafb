import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ContainerProcess, spawnProcess } from '../../sim/kubelet/process.ts';

const WEB_APP = fileURLToPath(new URL('../../sim/web-app.ts', import.meta.url));
const SCALED_TIME = new URL('../../sim/scaled-time.ts', import.meta.url).href;

let app: ContainerProcess;
let port: number;
let agent: Agent;
let printed: string[];

async function start(speed: number, env: Readonly<Record<string, string>> = {}): Promise<void> {
  const listening = Promise.withResolvers<number>();
  app = spawnProcess({
    command: process.execPath,
    args: ['--import', SCALED_TIME, WEB_APP],
    env: { SIM_SPEED: String(speed), ...env },
    onLine(line) {
      printed.push(line);
      listening.resolve((JSON.parse(line) as { port: number }).port);
    },
  });
  port = await listening.promise;
}

beforeEach(() => {
  printed = [];
  agent = new Agent({ keepAlive: true, maxSockets: 1 });
});

afterEach(async () => {
  agent.destroy();
  app.signal('SIGKILL');
  await app.exited;
});

async function get(path: string, over: Agent | false = false) {
  const sent = request({ port, host: '127.0.0.1', path, agent: over }).end();
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  return { body: await text(answer), connection: answer.headers.connection, reused: sent.reusedSocket };
}

/** Resolves when nothing listens any more. */
async function refused(): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
    } catch (error) {
      // A connection that is still in the queue of the listener is reset with it.
      if ((error as NodeJS.ErrnoException).code === 'ECONNREFUSED') return;
    }
    socket.destroy();
  }
}

/** A request that the application has certainly got before anything that comes after. */
async function sendSlow(ms: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.write(`GET / HTTP/1.1\r\nhost: web\r\n\r\nGET /slow?ms=${ms} HTTP/1.1\r\nhost: web\r\n\r\n`);
  await once(socket, 'data');
  return socket.pause();
}

const cleanExit = { code: 0, signal: undefined };

test('answers at once, or after as long as it is asked to', async () => {
  await start(1_000);
  expect(await get('/')).toEqual({ body: 'hello\n', connection: 'close', reused: false });
  expect(await get('/slow?ms=2000')).toEqual({ body: 'hello\n', connection: 'close', reused: false });
});

test('without a connection SIGTERM ends it at once', async () => {
  await start(1);
  app.signal('SIGTERM');
  expect(await app.exited).toEqual(cleanExit);
});

test('after SIGTERM it takes no new connections, and answers what comes over old ones for the last time', async () => {
  await start(0.01);
  expect(await get('/', agent)).toEqual({ body: 'hello\n', connection: 'keep-alive', reused: false });
  app.signal('SIGTERM');
  await refused();
  expect(await get('/', agent)).toEqual({ body: 'hello\n', connection: 'close', reused: true });
  expect(await app.exited).toEqual(cleanExit);
});

test('a request under way at SIGTERM is answered before it exits', async () => {
  await start(1);
  const client = await sendSlow(1_000);
  app.signal('SIGTERM');
  await refused();
  expect(await text(client)).toMatch(/connection: close.*hello\n$/is);
  expect(await app.exited).toEqual(cleanExit);
});

test('a connection that stays idle after SIGTERM is closed before everything is over', async () => {
  await start(2);
  const idle = connect(port, '127.0.0.1');
  idle.write('GET / HTTP/1.1\r\nhost: web\r\n\r\n');
  await once(idle, 'data');
  const busy = await sendSlow(4_000);
  app.signal('SIGTERM');
  await once(idle.resume(), 'end');
  const answered = once(busy.resume(), 'data');
  expect(String((await answered)[0])).toContain('hello');
  expect(await app.exited).toEqual(cleanExit);
});

test('a request that takes too long does not keep it', async () => {
  await start(10);
  const client = await sendSlow(1_000_000);
  const left = once(client, 'close');
  app.signal('SIGTERM');
  expect(await app.exited).toEqual(cleanExit);
  await left;
});

test('in a pod it listens where it is told, and prints when SIGTERM came', async () => {
  const free = createServer().listen(0);
  await once(free, 'listening');
  const { port: wanted } = free.address() as AddressInfo;
  free.close();
  await start(1, { HOST: '0.0.0.0', PORT: String(wanted) });
  expect(port).toBe(wanted);
  expect(await get('/')).toMatchObject({ body: 'hello\n' });
  const sentAtMs = Date.now();
  app.signal('SIGTERM');
  await app.exited;
  const { msg, atMs } = JSON.parse(printed.at(-1) ?? '') as { readonly msg: string; readonly atMs: number };
  expect(msg).toBe('SIGTERM');
  expect(atMs).toBeGreaterThanOrEqual(sentAtMs);
  expect(atMs).toBeLessThanOrEqual(Date.now());
});
