import type { IncomingMessage } from 'node:http';
import type { LookupFunction, Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { listen } from '../../sim/http.ts';
import { listenTls } from '../../sim/kubernetes/tls.ts';
import type { Listening } from '../../sim/listen.ts';
import { type Client, createClient } from '../../src/verify/send/client.ts';
import { sharedLookup } from '../../src/verify/send/shared-lookup.ts';
import { requestOf } from './support.ts';

const NEVER = new AbortController().signal;
const OK = { kind: 'answer', status: 200, whole: true, cut: false };

function clientOf(...args: readonly string[]): Client {
  const client = createClient(requestOf(...args), '1.2.3');
  onTestFinished(() => client.close());
  return client;
}

/** A server that notes its requests, and closes the connection of those that are to be lost. */
async function startServer(isLost: (request: number) => boolean = () => false) {
  const requests: IncomingMessage[] = [];
  const sockets: Socket[] = [];
  const server = await listen((request, response) => {
    requests.push(request);
    sockets.push(request.socket);
    if (isLost(requests.length)) request.socket.resetAndDestroy();
    else response.end('hello');
  });
  onTestFinished(() => server.close());
  return { url: server.url, port: server.port, requests, sockets, connections: () => new Set(sockets).size };
}

async function askTimes(client: Client, times: number) {
  const outcomes = [];
  for (let asked = 0; asked < times; asked += 1) {
    outcomes.push(await client.ask(NEVER));
    // A connection is free again a moment after the end of its answer.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return outcomes;
}

describe('the client', () => {
  test('opens a connection for each request, and says who asks', async () => {
    const server = await startServer();
    const client = clientOf('--url', `${server.url}/healthz?a=1`, '--header', 'X-Test: a', '--header', 'x-test: b');
    expect(await askTimes(client, 3)).toEqual([OK, OK, OK]);
    expect(server.connections()).toBe(3);
    const [first] = server.requests;
    expect(first).toMatchObject({ method: 'GET', url: '/healthz?a=1' });
    expect(first?.headers).toMatchObject({
      'user-agent': 'drain-wait/1.2.3 verify',
      host: `127.0.0.1:${server.port}`,
      'x-test': 'a, b',
      connection: 'close',
    });
  });

  test('with --keep-alive takes turns over four connections that stay', async () => {
    const server = await startServer();
    expect(await askTimes(clientOf('--url', server.url, '--keep-alive'), 12)).toEqual(Array(12).fill(OK));
    expect(server.connections()).toBe(4);
  });

  test('with --keep-alive does not count a connection that was closed while it was idle', async () => {
    const server = await startServer((request) => request === 5);
    expect(await askTimes(clientOf('--url', server.url, '--keep-alive'), 5)).toEqual(Array(5).fill(OK));
    expect(server.requests).toHaveLength(6);
  });

  test('with --keep-alive waits for an answer, and not for a connection', async () => {
    const asked = Promise.withResolvers<void>();
    let requests = 0;
    const server = await listen((_, response) => {
      requests += 1;
      if (requests === 5) asked.resolve();
      else response.end();
    });
    onTestFinished(() => server.close());
    const client = clientOf('--url', server.url, '--keep-alive');
    await askTimes(client, 4);
    const late = new AbortController();
    const outcome = client.ask(late.signal);
    await asked.promise;
    late.abort();
    expect(await outcome).toEqual({ kind: 'trouble', why: 'no answer' });
  });

  test('counts a new connection that is closed', async () => {
    const server = await startServer(() => true);
    expect(await askTimes(clientOf('--url', server.url, '--keep-alive'), 1)).toEqual([
      { kind: 'trouble', why: 'connection reset' },
    ]);
    expect(server.requests).toHaveLength(1);
  });

  test('sends the method, and the Host, that it is given', async () => {
    const server = await startServer();
    await askTimes(clientOf('--url', server.url, '--method', 'HEAD', '--header', 'Host: shop.example'), 1);
    expect(server.requests[0]).toMatchObject({ method: 'HEAD', headers: { host: 'shop.example' } });
  });

  test('connects elsewhere, and asks there for the host of the URL', async () => {
    const server = await startServer();
    const client = clientOf('--url', 'http://shop.example:81/a', '--connect-to', `127.0.0.1:${server.port}`);
    expect(await askTimes(client, 1)).toEqual([OK]);
    expect(server.requests[0]?.headers.host).toBe('shop.example:81');
  });

  test('connects elsewhere over TLS, and still wants the certificate of the URL', async () => {
    const names: (string | false | undefined)[] = [];
    const server: Listening = await listenTls(async ({ socket }, response) => {
      names.push('servername' in socket ? (socket.servername as string) : undefined);
      response.end();
    });
    onTestFinished(() => server.close());
    const args = ['--url', 'https://shop.example/', '--connect-to', `127.0.0.1:${server.port}`];
    expect(await askTimes(clientOf(...args), 1)).toEqual([{ kind: 'trouble', why: 'TLS DEPTH_ZERO_SELF_SIGNED_CERT' }]);
    expect(await askTimes(clientOf(...args, '--insecure', '--keep-alive'), 1)).toEqual([OK]);
    expect(names).toEqual(['shop.example']);
  });
});

describe('lookups', () => {
  function looker() {
    const asked: { readonly hostname: string; readonly answer: (address: string) => void }[] = [];
    const lookup: LookupFunction = (hostname, _, callback) => {
      asked.push({ hostname, answer: (address) => callback(null, address, 4) });
    };
    return { asked, lookup: sharedLookup(lookup) };
  }

  test('of one name at the same time are one', () => {
    const { asked, lookup } = looker();
    const got: unknown[] = [];
    for (let nth = 0; nth < 3; nth += 1) lookup('shop', {}, (_, address) => got.push(address));
    lookup('other', {}, (_, address) => got.push(address));
    lookup('shop', { all: true }, (_, address) => got.push(address));
    expect(asked.map(({ hostname }) => hostname)).toEqual(['shop', 'other', 'shop']);
    asked[0]?.answer('10.0.0.1');
    expect(got).toEqual(['10.0.0.1', '10.0.0.1', '10.0.0.1']);
  });

  test('are made anew once they have been answered', () => {
    const { asked, lookup } = looker();
    const got: unknown[] = [];
    for (const address of ['10.0.0.1', '10.0.0.2']) {
      lookup('shop', {}, (_, given) => got.push(given));
      asked.at(-1)?.answer(address);
    }
    expect(got).toEqual(['10.0.0.1', '10.0.0.2']);
  });
});
