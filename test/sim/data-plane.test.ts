import { EventEmitter, once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createElbv2, type Elbv2 } from '../../sim/aws/elbv2.ts';
import type { TargetGroupOptions } from '../../sim/aws/target-group.ts';
import { startAlb } from '../../sim/data-plane/alb.ts';
import { startNlb } from '../../sim/data-plane/nlb.ts';
import { roundRobin } from '../../sim/data-plane/route.ts';
import type { SocketAddress } from '../../sim/kubelet/pre-stop.ts';
import type { Listening } from '../../sim/listen.ts';
import { createTimeline } from '../../sim/timeline.ts';
import { type VirtualClock, virtualClock } from '../../sim/virtual-clock.ts';
import type { Clock } from '../../src/core/ports.ts';

let clock: VirtualClock;
let elbv2: Elbv2;
let addresses: Map<string, SocketAddress>;
let cleanUps: (() => unknown)[];

beforeEach(() => {
  clock = virtualClock();
  elbv2 = createElbv2({ clock, timeline: createTimeline(clock) });
  addresses = new Map();
  cleanUps = [() => elbv2.close()];
});

afterEach(async () => {
  for (const cleanUp of cleanUps.toReversed()) await cleanUp();
});

function group(options: Partial<TargetGroupOptions> = {}): string {
  return elbv2.createTargetGroup({ name: 'web', loadBalancer: 'alb', port: 8080, ...options }).arn;
}

const t = (id: string) => ({ id, port: 8080 });

describe('routable', () => {
  const routable = (arn: string) => elbv2.routable(arn).map(({ id }) => id);

  test('an unknown target group has no targets', () => {
    expect(elbv2.routable('arn:none')).toEqual([]);
  });

  test('a target without a port has the one of its group', () => {
    const arn = group();
    elbv2.registerTargets(arn, [{ id: 'a' }]);
    expect(elbv2.routable(arn)).toEqual([{ id: 'a', port: 8080 }]);
  });

  test('a target is routable once it is healthy, not while it is initial', async () => {
    const arn = group({ healthyAfterMs: 5_000 });
    elbv2.registerTargets(arn, [t('a')]);
    expect(routable(arn)).toEqual([]);
    await clock.advance(5_000);
    expect(routable(arn)).toEqual(['a']);
  });

  test('a target of a group without a load balancer is not routable', () => {
    const arn = elbv2.createTargetGroup({ name: 'web' }).arn;
    elbv2.registerTargets(arn, [t('a')]);
    expect(routable(arn)).toEqual([]);
  });

  test('a draining target is routable until the data plane lets go of it', async () => {
    const arn = group({ routesForMs: 17_000 });
    elbv2.registerTargets(arn, [t('a'), t('b')]);
    elbv2.deregisterTargets(arn, [t('a')]);
    await clock.advance(16_999);
    expect(routable(arn)).toEqual(['a', 'b']);
    await clock.advance(1);
    expect(routable(arn)).toEqual(['b']);
  });

  test('a target that is gone from the API is routable as long as the data plane still has it', async () => {
    const arn = group({ deregistrationDelayMs: 1_000, routesForMs: 17_000 });
    elbv2.registerTargets(arn, [t('a')]);
    elbv2.deregisterTargets(arn, [t('a')]);
    await clock.advance(2_000);
    expect(elbv2.describeTargetHealth(arn)).toEqual([]);
    expect(routable(arn)).toEqual(['a']);
  });

  test('a draining target that is registered again waits for its health checks', async () => {
    const arn = group({ healthyAfterMs: 5_000 });
    elbv2.registerTargets(arn, [t('a')]);
    await clock.advance(5_000);
    elbv2.deregisterTargets(arn, [t('a')]);
    elbv2.registerTargets(arn, [t('a')]);
    expect(routable(arn)).toEqual([]);
  });

  test.each(['unhealthy', 'unhealthy.draining'])('an %s target gets nothing beside a healthy one', (state) => {
    const arn = group();
    elbv2.registerTargets(arn, [t('a'), t('b')]);
    elbv2.setHealth(arn, t('a'), { state });
    expect(routable(arn)).toEqual(['b']);
  });

  test('a group with unhealthy targets only fails open to all of them', () => {
    const arn = group({ healthyAfterMs: Number.POSITIVE_INFINITY });
    elbv2.registerTargets(arn, [t('a'), t('b'), t('c')]);
    elbv2.setHealth(arn, t('a'), { state: 'unhealthy' });
    elbv2.setHealth(arn, t('b'), { state: 'unhealthy.draining' });
    expect(routable(arn)).toEqual(['a', 'b']);
  });

  test.each(['initial', 'unused', 'something new'])('an %s target gets nothing, even as the only one', (state) => {
    const arn = group();
    elbv2.registerTargets(arn, [t('a')]);
    elbv2.setHealth(arn, t('a'), { state });
    expect(routable(arn)).toEqual([]);
  });

  test('a target whose health nobody checks is routable', () => {
    const arn = group();
    elbv2.registerTargets(arn, [t('a')]);
    elbv2.setHealth(arn, t('a'), { state: 'unavailable' });
    expect(routable(arn)).toEqual(['a']);
  });
});

/** Something real that listens where the data plane finds the target `id`. */
async function listenAs<S extends Server>(id: string, server: S): Promise<S> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).once('close', () => sockets.delete(socket));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  addresses.set(id, { host: '127.0.0.1', port: (server.address() as AddressInfo).port });
  cleanUps.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return server;
}

/** Where nothing listens (any more). */
async function refuseAs(id: string): Promise<void> {
  const server = await listenAs(id, createTcpServer());
  await new Promise((resolve) => server.close(resolve));
}

const address = (id: string) => addresses.get(id);

describe('ALB', () => {
  let arn: string;
  let alb: Listening;
  let sleeps: EventEmitter;
  let slept: number[];

  beforeEach(async () => {
    arn = group();
    sleeps = new EventEmitter();
    slept = [];
    const watched: Clock = {
      now: () => clock.now(),
      sleep(ms, signal) {
        const sleep = clock.sleep(ms, signal);
        slept.push(ms);
        sleeps.emit('sleep');
        return sleep;
      },
    };
    alb = await startAlb({ clock: watched, elbv2, targetGroup: arn, address });
    cleanUps.push(() => alb.close());
  });

  /** Resolves when something has fallen asleep for `ms`, for the `times`th time. */
  async function sleepsFor(ms: number, times = 1): Promise<void> {
    while (slept.filter((each) => each === ms).length < times) await once(sleeps, 'sleep');
  }

  async function target(id: string, handle: (request: IncomingMessage, response: ServerResponse) => void) {
    const server = await listenAs(id, createServer({ keepAliveTimeout: 0 }, handle));
    elbv2.registerTargets(arn, [t(id)]);
    return server;
  }

  interface Sending {
    readonly method?: string;
    readonly headers?: Record<string, string>;
    readonly body?: string;
    readonly agent?: Agent;
  }

  /** The answer as soon as its header is there. */
  async function send({ method = 'GET', headers = {}, body = '', agent }: Sending = {}): Promise<IncomingMessage> {
    const sent = request(`${alb.url}/path?query`, { method, headers, agent: agent ?? false });
    sent.end(body);
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    return answer;
  }

  const get = async (sending?: Sending) => text(await send(sending));
  const status = async () => {
    const answer = await send();
    answer.resume();
    return answer.statusCode;
  };

  test('sends requests to the targets in turn', async () => {
    for (const id of ['a', 'b', 'c']) await target(id, (_, response) => response.end(id));
    expect([await get(), await get(), await get(), await get()]).toEqual(['a', 'b', 'c', 'a']);
  });

  test('sends to a draining target as long as it is routed to', async () => {
    await target('a', (_, response) => response.end('a'));
    elbv2.deregisterTargets(arn, [t('a')]);
    expect(await get()).toBe('a');
    await clock.advance(17_000);
    expect(await status()).toBe(503);
  });

  test('passes method, path, header and body on, and back', async () => {
    await target('a', async (received, response) => {
      const { method, url, headers } = received;
      const body = await text(received);
      response.writeHead(201, 'Made', { 'x-back': 'yes', 'set-cookie': ['a=1', 'b=2'] });
      response.end(JSON.stringify({ method, url, forth: headers['x-forth'], length: body.length }));
    });
    const answer = await send({ method: 'POST', headers: { 'x-forth': 'yes' }, body: 'x'.repeat(1_000_000) });
    expect(answer).toMatchObject({ statusCode: 201, statusMessage: 'Made' });
    expect(answer.headers).toMatchObject({ 'x-back': 'yes', 'set-cookie': ['a=1', 'b=2'] });
    expect(JSON.parse(await text(answer))).toEqual({
      method: 'POST',
      url: '/path?query',
      forth: 'yes',
      length: 1_000_000,
    });
  });

  test('passes a chunked body of a method that has none as a rule', async () => {
    await target('a', (received, response) => received.pipe(response));
    expect(await get({ method: 'DELETE', headers: { 'transfer-encoding': 'chunked' }, body: 'which' })).toBe('which');
  });

  test('streams an answer while it is being made', async () => {
    const { promise: made, resolve: make } = Promise.withResolvers<ServerResponse>();
    await target('a', (_, response) => {
      response.flushHeaders();
      make(response);
    });
    const answer = await send();
    const response = await made;
    for (const part of ['one', 'two']) {
      response.write(part);
      expect(String((await once(answer, 'data'))[0])).toBe(part);
    }
  });

  test('streams a request while it is being made', async () => {
    const { promise: arrived, resolve: arrive } = Promise.withResolvers<IncomingMessage>();
    await target('a', arrive);
    const sent = request(alb.url, { method: 'POST', agent: false }).on('error', () => {});
    for (const part of ['one', 'two']) {
      sent.write(part);
      expect(String((await once(await arrived, 'data'))[0])).toBe(part);
    }
    sent.destroy();
  });

  test('keeps what concerns one connection only to that connection', async () => {
    let seen: IncomingMessage['headers'] = {};
    await target('a', ({ headers }, response) => {
      seen = headers;
      response.writeHead(200, { connection: 'close, x-hop', 'x-hop': '1', 'keep-alive': 'timeout=9' }).end('a');
    });
    const agent = new Agent({ keepAlive: true });
    cleanUps.push(() => agent.destroy());
    const answer = await send({ headers: { connection: 'x-hop', 'x-hop': '1', te: 'trailers' }, agent });
    expect(await text(answer)).toBe('a');
    expect(seen).not.toHaveProperty('x-hop');
    expect(seen).not.toHaveProperty('te');
    expect(seen).toMatchObject({ connection: 'keep-alive' });
    expect(answer.headers).not.toHaveProperty('x-hop');
    expect(answer.headers).toMatchObject({ connection: 'keep-alive' });
    expect(answer.headers).not.toHaveProperty('keep-alive');
  });

  test('keeps its connections to targets, however often its clients come anew', async () => {
    let connections = 0;
    (await target('a', (_, response) => response.end('a'))).on('connection', () => {
      connections += 1;
    });
    for (let i = 1; i <= 3; i += 1) {
      await get();
      // It waits for its next request.
      await sleepsFor(60_000, 2 * i);
    }
    expect(connections).toBe(1);
  });

  test('keeps the connection of a client for its next request', async () => {
    await target('a', (_, response) => response.end('a'));
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    cleanUps.push(() => agent.destroy());
    const ports = new Set<number | undefined>();
    for (let i = 0; i < 3; i += 1) {
      const answer = await send({ agent });
      ports.add(answer.socket.localPort);
      await text(answer);
    }
    expect(ports.size).toBe(1);
  });

  test('closes a connection to a target that has been idle for 60 s', async () => {
    const { promise: connected, resolve: connect } = Promise.withResolvers<Socket>();
    (await target('a', (_, response) => response.end('a'))).on('connection', connect);
    await get();
    await sleepsFor(60_000, 2);
    const closed = once(await connected, 'close');
    await clock.advance(60_000);
    await closed;
    expect(await get()).toBe('a');
  });

  test('answers 503 without a routable target, in its own name', async () => {
    const answer = await send();
    expect(answer).toMatchObject({ statusCode: 503, statusMessage: 'Service Temporarily Unavailable' });
    expect(answer.headers).toMatchObject({ server: 'awselb/2.0', 'content-type': 'text/html' });
    expect(await text(answer)).toContain('<h1>503 Service Temporarily Unavailable</h1>');
  });

  test('answers 502 where the connection is refused, and tries no other target', async () => {
    await target('a', (_, response) => response.end('a'));
    await refuseAs('b');
    elbv2.registerTargets(arn, [t('b')]);
    expect([await status(), await status(), await status(), await status()]).toEqual([200, 502, 200, 502]);
  });

  test.each<[string, (socket: Socket) => unknown]>([
    ['resets the connection', (socket) => socket.resetAndDestroy()],
    ['closes the connection', (socket) => socket.end()],
    ['closes it in the middle of the header', (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-le')],
    ['answers with something else', (socket) => socket.end('hello\r\n\r\n')],
  ])('answers 502 where the target %s', async (_, act) => {
    await target('a', ({ socket }) => act(socket));
    expect(await status()).toBe(502);
  });

  test('answers 502 to one that is sending when the target ends, and the client can go on', async () => {
    await target('a', ({ socket }) => socket.resetAndDestroy());
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    cleanUps.push(() => agent.destroy());
    const upload = { method: 'POST', body: 'x'.repeat(1_000_000), agent };
    for (let i = 0; i < 2; i += 1) {
      const answer = await send(upload);
      expect(answer.statusCode).toBe(502);
      await text(answer);
    }
  });

  test('answers 504 after 10 s where nothing takes the connection', async () => {
    elbv2.registerTargets(arn, [t('gone')]);
    const answer = status();
    await sleepsFor(10_000);
    await clock.advance(10_000);
    expect(await answer).toBe(504);
  });

  test('answers 504 after 60 s without an answer', async () => {
    const { promise: asked, resolve: ask } = Promise.withResolvers<ServerResponse>();
    await target('a', (_, response) => ask(response));
    const answer = status();
    const response = await asked;
    await clock.advance(59_999);
    const given = once(response, 'close');
    await clock.advance(1);
    expect(await answer).toBe(504);
    await given;
  });

  test('does not give up on a target that keeps on sending', async () => {
    const { promise: asked, resolve: ask } = Promise.withResolvers<ServerResponse>();
    await target('a', (_, response) => {
      response.flushHeaders();
      ask(response);
    });
    const answer = await send();
    const response = await asked;
    for (let i = 0; i < 3; i += 1) {
      await clock.advance(50_000);
      response.write('.');
      await once(answer, 'data');
    }
    response.end();
    await once(answer, 'end');
  });

  test('breaks an answer that stops in the middle for 60 s', async () => {
    await target('a', (_, response) => response.write('part'));
    const answer = await send();
    await once(answer, 'data');
    const broken = once(answer, 'error');
    await clock.advance(60_000);
    expect((await broken)[0]).toMatchObject({ code: 'ECONNRESET' });
  });

  test('breaks the connection of the client where the target breaks in the middle of an answer', async () => {
    const { promise: asked, resolve: ask } = Promise.withResolvers<ServerResponse>();
    await target('a', (_, response) => {
      response.write('part');
      ask(response);
    });
    const answer = await send();
    (await asked).destroy();
    await expect(text(answer)).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  test.each(['before', 'after'])(
    'a client that hangs up %s the header ends the request to the target',
    async (when) => {
      const { promise: asked, resolve: ask } = Promise.withResolvers<ServerResponse>();
      await target('a', (_, response) => {
        if (when === 'after') response.write('part');
        ask(response);
      });
      const sent = request(alb.url, { agent: false }).on('error', () => {});
      sent.end();
      if (when === 'after') await once(sent, 'response');
      const ended = once(await asked, 'close');
      sent.destroy();
      await ended;
    },
  );

  test('a request under way is answered although its target is no longer routed to', async () => {
    const { promise: asked, resolve: ask } = Promise.withResolvers<ServerResponse>();
    await target('a', (_, response) => ask(response));
    const answer = get();
    const response = await asked;
    elbv2.deregisterTargets(arn, [t('a')]);
    await clock.advance(17_000);
    expect(elbv2.routable(arn)).toEqual([]);
    response.end('late');
    expect(await answer).toBe('late');
  });

  test('connects to loopback only, and to what it is told to', () => {
    elbv2.registerTargets(arn, [t('a')]);
    const address = { host: '192.0.2.1', port: 80 };
    const route = { elbv2, targetGroup: arn, address: () => address };
    expect(roundRobin(route)).toThrow(
      'A data plane connects to loopback only, and to what it is told to: current value is 192.0.2.1',
    );
    expect(roundRobin({ ...route, isReachable: (ip) => ip === '192.0.2.1' })()).toEqual({ kind: 'target', address });
    expect(roundRobin({ ...route, isReachable: (ip) => ip === '192.0.2.2' })).toThrow('192.0.2.1');
  });
});

describe('NLB', () => {
  let arn: string;
  let nlb: Listening;

  beforeEach(async () => {
    arn = group({ loadBalancer: 'nlb' });
    nlb = await startNlb({ elbv2, targetGroup: arn, address });
    cleanUps.push(() => nlb.close());
  });

  async function target(id: string, serve: (socket: Socket) => void) {
    const server = await listenAs(id, createTcpServer({ allowHalfOpen: true }, serve));
    elbv2.registerTargets(arn, [t(id)]);
    return server;
  }

  /** Answers everything it gets with its name. */
  const named = (id: string) => (socket: Socket) =>
    socket.on('data', () => socket.write(id)).on('end', () => socket.end());

  function dial(): Socket {
    const client = connect({ port: nlb.port, host: '127.0.0.1', allowHalfOpen: true });
    cleanUps.push(() => client.destroy());
    return client;
  }

  async function who(client: Socket): Promise<string> {
    client.write('?');
    return String((await once(client, 'data'))[0]);
  }

  /** Like text(), which would close the other direction as well. */
  async function heard(socket: Socket): Promise<string> {
    let all = '';
    socket.on('data', (chunk) => {
      all += chunk;
    });
    await once(socket, 'end');
    return all;
  }

  const failure = async (client: Socket) => (await once(client, 'error'))[0];

  test('sends new connections to the targets in turn', async () => {
    for (const id of ['a', 'b']) await target(id, named(id));
    expect([await who(dial()), await who(dial()), await who(dial())]).toEqual(['a', 'b', 'a']);
  });

  test('a connection stays with its target long after the deregistration, new ones go elsewhere', async () => {
    for (const id of ['a', 'b']) await target(id, named(id));
    const old = dial();
    expect(await who(old)).toBe('a');
    elbv2.deregisterTargets(arn, [t('a')]);
    await clock.advance(119_999);
    expect([await who(dial()), await who(dial())].sort()).toEqual(['a', 'b']);
    await clock.advance(300_000);
    expect([await who(dial()), await who(dial())]).toEqual(['b', 'b']);
    expect(await who(old)).toBe('a');
  });

  test('passes half-closes on, both ways', async () => {
    await target('a', (socket) => void heard(socket).then((all) => socket.end(`got ${all}`)));
    const client = dial();
    client.end('all');
    expect(await heard(client)).toBe('got all');
  });

  test('a target that closes first still gets what the client has to say', async () => {
    const { promise: said, resolve: say } = Promise.withResolvers<string>();
    await target('a', (socket) => {
      socket.end('bye');
      void heard(socket).then(say);
    });
    const client = dial();
    expect(await heard(client)).toBe('bye');
    client.end('x'.repeat(1_000_000));
    expect((await said).length).toBe(1_000_000);
  });

  test('resets a client whose target refuses the connection', async () => {
    await refuseAs('a');
    elbv2.registerTargets(arn, [t('a')]);
    expect(await failure(dial())).toMatchObject({ code: 'ECONNRESET' });
  });

  test('resets a client where there is no routable target', async () => {
    expect(await failure(dial())).toMatchObject({ code: 'ECONNRESET' });
  });

  test('passes a reset of the target on', async () => {
    await target('a', (socket) => socket.once('data', () => socket.resetAndDestroy()));
    const client = dial();
    client.write('?');
    expect(await failure(client)).toMatchObject({ code: 'ECONNRESET' });
  });

  test('passes a reset of the client on', async () => {
    const { promise: lost, resolve: lose } = Promise.withResolvers<unknown>();
    await target('a', (socket) => named('a')(socket.on('error', lose)));
    const client = dial();
    await who(client);
    client.resetAndDestroy();
    expect(await lost).toMatchObject({ code: 'ECONNRESET' });
  });

  test('a client whose target is gone hears nothing until it gives up', async () => {
    elbv2.registerTargets(arn, [t('gone')]);
    const client = dial();
    client.end('anybody?');
    expect(await heard(client)).toBe('');
    await target('b', named('b'));
    expect([await who(dial())]).toEqual(['b']);
  });
});
