import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Agent, createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type LookupFunction, Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { listen } from '../../sim/http.ts';
import { listenTls } from '../../sim/kubernetes/tls.ts';
import { type Listening, listenOn } from '../../sim/listen.ts';
import { type AskOptions, ask, failureOf, type Outcome } from '../../src/verify/send/ask.ts';
import { MOST_BODY_BYTES } from '../../src/verify/send/limits.ts';

/** The channel on which Node tells that the header of an answer has come. */
const ANSWERED = 'http.client.response.finish';

type Handle = (request: IncomingMessage, response: ServerResponse) => void;

function kept<T extends Listening>(listening: T): T {
  onTestFinished(() => listening.close());
  return listening;
}

async function serve(handle: Handle): Promise<string> {
  return kept(await listen(handle)).url;
}

/** A server that takes connections and never says a word. */
async function serveSilence(): Promise<Listening> {
  return kept(await listenOn(createTcpServer(() => {})));
}

/** Gives up at once when the server has got something, or when `when` is over. */
async function askUntil(url: string, when: Promise<unknown>, options: AskOptions = {}): Promise<Outcome> {
  const late = new AbortController();
  void when.then(() => late.abort());
  return await ask({ url, agent: false, signal: late.signal, options });
}

function askNow(url: string, options: AskOptions = {}, agent: Agent | false = false): Promise<Outcome> {
  return ask({ url, agent, signal: new AbortController().signal, options });
}

/** A connection that is being made, and never will be. */
function pendingSocket(): Socket {
  return new Socket().connect({ host: 'pending', port: 1, lookup: () => {} });
}

/** Has this socket for a connection. */
function agentWith(socket: Socket): Agent {
  return Object.assign(new Agent(), { createConnection: () => socket });
}

function trouble(why: string): Outcome {
  return { kind: 'trouble', why };
}

function answer(status: number, more: Partial<Extract<Outcome, { kind: 'answer' }>> = {}): Outcome {
  return { kind: 'answer', status, whole: true, cut: false, ...more };
}

describe('an answer', () => {
  test.each([200, 204, 301, 404, 502, 504])('of %d is told as it is, and no redirect is followed', async (status) => {
    let requests = 0;
    const url = await serve((_, response) => {
      requests += 1;
      response.writeHead(status, { location: '/elsewhere' }).end();
    });
    expect(await askNow(url)).toEqual(answer(status));
    expect(requests).toBe(1);
  });

  test('may be without a body, where the method has none', async () => {
    const url = await serve((_, response) => response.writeHead(200, { 'content-length': '5' }).end());
    expect(await askNow(url, { method: 'HEAD' })).toEqual(answer(200));
  });

  test('is read to its end, however slowly that comes', async () => {
    const url = await serve((_, response) => {
      response.write('slow');
      setTimeout(() => response.end('ly'), 50);
    });
    expect(await askNow(url)).toEqual(answer(200));
  });

  test('that never ends is not read for ever', async () => {
    let written = 0;
    const url = await serve((_, response) => {
      const more = () => {
        while (!response.destroyed && written < 100 * MOST_BODY_BYTES) {
          written += 65_536;
          if (!response.write(Buffer.alloc(65_536))) return response.once('drain', more);
        }
        return response.end();
      };
      more();
    });
    expect(await askNow(url)).toEqual(answer(200, { cut: true }));
    expect(written).toBeLessThan(50 * MOST_BODY_BYTES);
  });

  test('that breaks off is not whole', async () => {
    const url = await serve(({ socket }) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhello'));
    expect(await askNow(url)).toEqual(answer(200, { whole: false }));
  });
});

describe('no answer at all', () => {
  test('because nobody listens', async () => {
    const { url, close } = await listen(() => {});
    await close();
    expect(await askNow(url)).toEqual(trouble('connection refused'));
  });

  test('because the connection is reset', async () => {
    const url = await serve(({ socket }) => socket.resetAndDestroy());
    expect(await askNow(url)).toEqual(trouble('connection reset'));
  });

  test('because what comes is no HTTP', async () => {
    const url = await serve(({ socket }) => socket.end('SSH-2.0\r\n'));
    expect(await askNow(url)).toEqual(trouble('broken answer'));
  });

  test('in time', async () => {
    const asked = Promise.withResolvers<void>();
    const url = await serve(() => asked.resolve());
    expect(await askUntil(url, asked.promise)).toEqual(trouble('no answer'));
  });

  test('in time, in the middle of the body', async () => {
    const url = await serve((_, response) => response.write('part'));
    const begun = Promise.withResolvers<void>();
    const onAnswer = () => begun.resolve();
    subscribe(ANSWERED, onAnswer);
    onTestFinished(() => void unsubscribe(ANSWERED, onAnswer));
    expect(await askUntil(url, begun.promise)).toEqual(trouble('no answer'));
  });

  test('because there is no such name', async () => {
    const lookup: LookupFunction = (_, __, callback) =>
      callback(Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' }), []);
    expect(await askNow('http://shop.example', { lookup })).toEqual(trouble('DNS ENOTFOUND'));
  });

  test('because DNS does not answer in time', async () => {
    const looked = Promise.withResolvers<void>();
    const lookup: LookupFunction = () => looked.resolve();
    expect(await askUntil('http://shop.example', looked.promise, { lookup })).toEqual(trouble('no DNS answer'));
  });

  test('because the connection does not come about in time', async () => {
    const late = new AbortController();
    const outcome = ask({ url: 'http://127.0.0.1', agent: agentWith(pendingSocket()), signal: late.signal });
    setImmediate(() => late.abort());
    expect(await outcome).toEqual(trouble('no connection'));
  });

  test.each([
    ['EHOSTUNREACH', 'no route'],
    ['ENETUNREACH', 'no route'],
    ['ETIMEDOUT', 'no connection'],
    ['EMFILE', 'EMFILE'],
  ])('because of %s: %s', async (code, why) => {
    const socket = pendingSocket();
    setImmediate(() => socket.destroy(Object.assign(new Error(code), { code })));
    expect(await askNow('http://127.0.0.1', {}, agentWith(socket))).toEqual(trouble(why));
  });
});

describe('over TLS', () => {
  const hello = async (_: IncomingMessage, response: ServerResponse) => void response.end('hello');

  test('an unknown certificate is trouble, unless it is to be taken', async () => {
    const { url } = kept(await listenTls(hello));
    expect(await askNow(url)).toEqual(trouble('TLS DEPTH_ZERO_SELF_SIGNED_CERT'));
    expect(await askNow(url, { rejectUnauthorized: false })).toEqual(answer(200));
  });

  test('a known certificate of another name is trouble', async () => {
    const { port, ca } = kept(await listenTls(hello));
    expect(await askNow(`https://127.0.0.1:${port}`, { ca })).toEqual(answer(200));
    expect(await askNow(`https://localhost:${port}`, { ca, hostname: '127.0.0.1', servername: 'localhost' })).toEqual(
      trouble('TLS ERR_TLS_CERT_ALTNAME_INVALID'),
    );
  });

  test('a server that speaks none is trouble', async () => {
    const { port } = kept(await listenOn(createServer()));
    expect(await askNow(`https://127.0.0.1:${port}`)).toEqual(trouble('TLS EPROTO'));
  });

  test('a handshake may not come to its end in time, or break off', async () => {
    const { port } = await serveSilence();
    const late = new Promise((resolve) => setTimeout(resolve, 100));
    expect(await askUntil(`https://127.0.0.1:${port}`, late)).toEqual(trouble('no TLS handshake'));
    const broken = kept(await listenOn(createTcpServer((socket) => socket.once('data', () => socket.destroy()))));
    expect(await askNow(`https://127.0.0.1:${broken.port}`)).toEqual(trouble('connection reset'));
  });

  test('an answer that does not come after the handshake is no answer', async () => {
    const asked = Promise.withResolvers<void>();
    const { url } = kept(await listenTls(async () => asked.resolve()));
    expect(await askUntil(url, asked.promise, { rejectUnauthorized: false })).toEqual(trouble('no answer'));
  });
});

test('what is a failure is told by the status first, and then by what of it came', () => {
  const isGood = (status: number) => status < 500;
  expect(failureOf(answer(200), isGood)).toBeUndefined();
  expect(failureOf(answer(404, { cut: true }), isGood)).toBeUndefined();
  expect(failureOf(answer(502, { whole: false }), isGood)).toBe('HTTP 502');
  expect(failureOf(answer(200, { whole: false }), isGood)).toBe('broken answer');
  expect(failureOf(trouble('connection refused'), isGood)).toBe('connection refused');
});
