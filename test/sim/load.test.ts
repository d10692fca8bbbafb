import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  failuresByKind,
  failuresBySecond,
  type Load,
  type LoadOptions,
  type RequestKind,
  startLoad,
} from '../../sim/load/load.ts';
import { rotation } from '../../sim/load/rotation.ts';
import { type VirtualClock, virtualClock } from '../../sim/virtual-clock.ts';

let clock: VirtualClock;
let server: Server;
let url: string;
let sockets: Set<Socket>;
let connections: number;
/** Answers that a client has got. */
let answers: number;
let requests: IncomingMessage[];
let handle: (request: IncomingMessage, response: ServerResponse) => unknown;
let loads: Load[];

beforeEach(async () => {
  clock = virtualClock();
  sockets = new Set();
  connections = 0;
  answers = 0;
  subscribe(ANSWERED, countAnswer);
  requests = [];
  loads = [];
  handle = (_, response) => response.end('hello');
  server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    requests.push(request);
    handle(request, response);
    server.emit('seen');
  });
  server.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.once('close', () => {
      sockets.delete(socket);
      server.emit('left');
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  unsubscribe(ANSWERED, countAnswer);
  for (const socket of sockets) socket.destroy();
  server.close();
  const stopping = loads.map((load) => load.stop());
  await clock.advance(60_000);
  await Promise.all(stopping);
});

/** The channel on which Node tells that the header of an answer has come. */
const ANSWERED = 'http.client.response.finish';

function countAnswer(): void {
  answers += 1;
  server.emit('answered');
}

/** Resolves when clients have got `count` answers, and their connections are free again if they are kept. */
async function answered(count: number): Promise<void> {
  while (answers < count) await once(server, 'answered');
  await new Promise((resolve) => setImmediate(resolve));
}

function only(kind: RequestKind): Readonly<Record<RequestKind, number>> {
  return { short: 0, slow: 0, 'keep-alive': 0, [kind]: 1 };
}

function start(options: Partial<LoadOptions> = {}): Load {
  const load = startLoad({ clock, url, ratePerSecond: 10, ...options });
  loads.push(load);
  return load;
}

async function seen(count: number): Promise<void> {
  while (requests.length < count) await once(server, 'seen');
}

async function allLeft(): Promise<void> {
  while (sockets.size > 0) await once(server, 'left');
}

describe('arrivals', () => {
  test('request i is sent when it is due', async () => {
    const load = start({ ratePerSecond: 10 });
    expect(load.sent).toBe(1);
    await clock.advance(99);
    expect(load.sent).toBe(1);
    await clock.advance(1);
    expect(load.sent).toBe(2);
    await clock.advance(9_900);
    expect(load.sent).toBe(101);
  });

  test('the rate is kept exactly, also where a second does not divide by it', async () => {
    const load = start({ ratePerSecond: 7 });
    await clock.advance(9_999);
    expect(load.sent).toBe(70);
  });

  test('a server that answers nothing gets as many requests as any other', async () => {
    const held: ServerResponse[] = [];
    handle = (_, response) => held.push(response);
    const load = start({ ratePerSecond: 10 });
    await clock.advance(9_950);
    await seen(100);
    expect(load.sent).toBe(100);
    expect(held).toHaveLength(100);
    for (const response of held) response.end();
    expect(await load.stop()).toEqual({ sent: 100, failures: [] });
  });

  test('a wake that comes late sends all that have become due', async () => {
    let nowMs = 0;
    let wake = () => {};
    const late = {
      now: () => nowMs,
      sleep: (ms: number, signal?: AbortSignal) =>
        new Promise<void>((resolve) => {
          if (ms <= 1_000) wake = resolve;
          signal?.addEventListener('abort', () => resolve());
        }),
    };
    const load = start({ clock: late, ratePerSecond: 10 });
    nowMs = 5_000;
    wake();
    await seen(51);
    expect(load.sent).toBe(51);
    await load.stop();
  });

  test('nothing is sent after the stop, and a second stop gives the same report', async () => {
    const load = start();
    const first = load.stop();
    await clock.advance(10_000);
    expect(await load.stop()).toBe(await first);
    expect(load.sent).toBe(1);
  });

  test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('a rate of %d is refused', (ratePerSecond) => {
    expect(() => start({ ratePerSecond })).toThrow(`'ratePerSecond' must be positive and finite`);
  });
});

describe('kinds', () => {
  test('shares are spread evenly and always alike', () => {
    const next = rotation({ short: 6, slow: 1, 'keep-alive': 3 });
    const turns = Array.from({ length: 10 }, next);
    expect(turns.filter((kind) => kind === 'short')).toHaveLength(6);
    expect(turns.filter((kind) => kind === 'slow')).toHaveLength(1);
    expect(turns.filter((kind) => kind === 'keep-alive')).toHaveLength(3);
    expect(Array.from({ length: 10 }, next)).toEqual(turns);
    expect(turns.join(' ')).not.toContain('keep-alive keep-alive');
  });

  test('shares of nothing are refused', () => {
    expect(() => rotation({ short: 0, slow: 0 })).toThrow(RangeError);
    expect(() => rotation({ short: 2, slow: -1 })).toThrow(RangeError);
  });

  test('a short request has a connection of its own', async () => {
    const load = start({ mix: only('short') });
    await clock.advance(900);
    await load.stop();
    expect(connections).toBe(10);
  });

  test('a slow request asks for an answer that takes its time', async () => {
    const load = start({ mix: only('slow'), slowMs: 1_234 });
    await load.stop();
    expect(requests.map(({ url }) => url)).toEqual(['/slow?ms=1234']);
  });

  test('keep-alive requests take turns over connections that stay', async () => {
    const load = start({ mix: only('keep-alive'), keepAliveConnections: 2 });
    for (let count = 1; count <= 6; count += 1) {
      await answered(count);
      if (count < 6) await clock.advance(100);
    }
    expect(await load.stop()).toEqual({ sent: 6, failures: [] });
    expect(connections).toBe(2);
    await allLeft();
  });

  test('no keep-alive request waits for a busy connection', async () => {
    const held: ServerResponse[] = [];
    handle = (_, response) => held.push(response);
    const load = start({ mix: only('keep-alive'), keepAliveConnections: 2 });
    await clock.advance(900);
    await seen(10);
    expect(connections).toBe(10);
    for (const response of held) response.end();
    await load.stop();
    await allLeft();
  });
});

describe('failures', () => {
  const whys = async (load: Load) => (await load.stop()).failures.map(({ why }) => why);

  test('tell when the request was sent and of what kind it was, in that order', async () => {
    const held: ServerResponse[] = [];
    handle = (_, response) => held.push(response);
    const load = start({ ratePerSecond: 1, mix: { short: 1, slow: 1, 'keep-alive': 0 } });
    await clock.advance(1_000);
    await seen(2);
    await clock.advance(500);
    for (const response of held.toReversed()) response.writeHead(502).end();
    expect(await load.stop()).toEqual({
      sent: 2,
      failures: [
        { atMs: 0, why: 'HTTP 502', kind: 'short' },
        { atMs: 1_000, why: 'HTTP 502', kind: 'slow' },
      ],
    });
  });

  test.each([400, 404, 500, 503, 504])('a status of %d is one', async (status) => {
    handle = (_, response) => response.writeHead(status).end();
    expect(await whys(start())).toEqual([`HTTP ${status}`]);
  });

  test.each([200, 204, 302])('a status of %d is none', async (status) => {
    handle = (_, response) => response.writeHead(status).end();
    expect(await whys(start())).toEqual([]);
  });

  test('connection refused', async () => {
    await new Promise((resolve) => server.close(resolve));
    expect(await whys(start())).toEqual(['connection refused']);
  });

  test.each(['resetAndDestroy', 'end'] as const)('connection reset, by the %s of a new connection', async (act) => {
    handle = ({ socket }) => socket[act]();
    expect(await whys(start())).toEqual(['connection reset']);
  });

  test.each([
    ['that ends in the middle of the body', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhello'],
    ['that ends in the middle of the header', 'HTTP/1.1 200 OK\r\ncontent-le'],
    ['that is not HTTP', 'hello\r\n\r\n'],
  ])('broken answer, one %s', async (_, answer) => {
    handle = ({ socket }) => socket.end(answer);
    expect(await whys(start())).toEqual(['broken answer']);
  });

  test.each(['header', 'end'])('no answer, where its %s does not come in time', async (part) => {
    if (part === 'header') handle = () => {};
    else handle = (_, response) => response.write('part');
    const load = start({ timeoutMs: 30_000, ratePerSecond: 0.001 });
    await seen(1);
    const report = whys(load);
    await clock.advance(29_999);
    expect(sockets.size).toBe(1);
    await clock.advance(1);
    expect(await report).toEqual(['no answer']);
    await allLeft();
  });

  test('are counted by second and by kind', () => {
    const failures = [
      { atMs: 10, why: 'HTTP 502', kind: 'short' },
      { atMs: 999.9, why: 'HTTP 502', kind: 'slow' },
      { atMs: 3_000, why: 'no answer', kind: 'short' },
    ] as const;
    expect(failuresBySecond(failures)).toEqual(
      new Map([
        [0, { 'HTTP 502': 2 }],
        [3, { 'no answer': 1 }],
      ]),
    );
    expect(failuresByKind(failures)).toEqual(
      new Map([
        ['short', { 'HTTP 502': 1, 'no answer': 1 }],
        ['slow', { 'HTTP 502': 1 }],
      ]),
    );
  });
});

describe('an old connection that the server closes while a request is on its way', () => {
  /** The second request, over an old connection, is closed, and so are the `more` that come next. */
  async function run(more: number) {
    const reused: boolean[] = [];
    const old = new WeakSet<Socket>();
    handle = ({ socket }, response) => {
      reused.push(old.has(socket));
      old.add(socket);
      const nth = reused.length;
      if (nth >= 2 && nth <= 2 + more) socket.resetAndDestroy();
      else response.end('hello');
    };
    const load = start({ mix: only('keep-alive'), keepAliveConnections: 1, ratePerSecond: 1 });
    await answered(1);
    await clock.advance(1_000);
    const report = await load.stop();
    return { reused, report };
  }

  test('is no failure: the request is sent once more over a new one', async () => {
    const { reused, report } = await run(0);
    expect(reused).toEqual([false, true, false]);
    expect(report).toEqual({ sent: 2, failures: [] });
  });

  test('is one if the second attempt fails too', async () => {
    const { reused, report } = await run(1);
    expect(reused).toEqual([false, true, false]);
    expect(report).toEqual({ sent: 2, failures: [{ atMs: 1_000, why: 'connection reset', kind: 'keep-alive' }] });
  });
});
