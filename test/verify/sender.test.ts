import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { listenOn } from '../../sim/listen.ts';
import { type VirtualClock, virtualClock } from '../../sim/virtual-clock.ts';
import type { Clock } from '../../src/core/ports.ts';
import { figuresOf } from '../../src/verify/figures.ts';
import { createRecord, type RunRecord } from '../../src/verify/record.ts';
import type { Outcome } from '../../src/verify/send/ask.ts';
import { createClient } from '../../src/verify/send/client.ts';
import { MOST_WAITING } from '../../src/verify/send/limits.ts';
import { type SendingOptions, startSending } from '../../src/verify/send/sender.ts';
import { requestOf } from './support.ts';

const OK: Outcome = { kind: 'answer', status: 200, whole: true, cut: false };

let clock: VirtualClock;
let record: RunRecord;
let ending: AbortController;

beforeEach(() => {
  clock = virtualClock();
  record = createRecord();
  ending = new AbortController();
});

function start(options: Partial<SendingOptions> = {}) {
  return startSending({
    clock,
    record,
    ratePerSecond: 10,
    durationMs: 10_000,
    timeoutMs: 3_000,
    ask: async () => OK,
    isGood: (status) => status < 500,
    signal: ending.signal,
    ...options,
  });
}

function failures(): Readonly<Record<string, number>> {
  return Object.fromEntries(figuresOf(record.seconds).failures);
}

function requests(): readonly number[] {
  return record.seconds.map((second) => second.requests);
}

/** Answers after so long, or is given up. */
function slow(ms: number): SendingOptions['ask'] {
  return async (signal) => {
    await clock.sleep(ms, signal);
    return signal.aborted ? { kind: 'trouble', why: 'no answer' } : OK;
  };
}

describe('steady requests', () => {
  test('are sent when they are due, and end by themselves', async () => {
    await clock.run(start().done);
    expect(requests()).toEqual(Array(10).fill(10));
    expect(clock.now()).toBe(9_900);
  });

  test.each([
    [7, 1_000, 7],
    [0.1, 60_000, 6],
    [0.1, 1_000, 1],
    [3, 2_500, 8],
    [200, 1_000, 200],
  ])('at %d a second for %d ms are %d', async (ratePerSecond, durationMs, count) => {
    await clock.run(start({ ratePerSecond, durationMs }).done);
    expect(figuresOf(record.seconds).requests).toBe(count);
  });

  test('do not wait for each other: a server that takes two seconds gets as many', async () => {
    const sending = start({ ask: slow(2_000) });
    await clock.advance(5_000);
    expect(sending.waiting).toBe(20);
    await clock.run(sending.done);
    expect(requests()).toEqual(Array(10).fill(10));
    expect(figuresOf(record.seconds).latencies).toEqual({ p50: 2_000, p95: 2_000, p99: 2_000, max: 2_000 });
  });

  test('are given up when their time is over, each by itself', async () => {
    const sending = start({ ask: slow(5_000), durationMs: 1_000 });
    await clock.run(sending.done);
    expect(failures()).toEqual({ 'no answer': 10 });
    expect(clock.now()).toBe(3_900);
    expect(figuresOf(record.seconds).latencies).toBeUndefined();
  });

  test('end early at a signal, and what is under way is waited for', async () => {
    const sending = start({ ask: slow(2_000) });
    await clock.advance(4_000);
    ending.abort();
    await clock.run(sending.done);
    expect(requests()).toEqual([10, 10, 10, 10, 1]);
    expect(failures()).toEqual({});
    expect(clock.now()).toBe(6_000);
  });

  test('are judged by what is expected', async () => {
    const ask = async (): Promise<Outcome> => ({ kind: 'answer', status: 404, whole: true, cut: true });
    await clock.run(start({ ask, isGood: (status) => status === 200, durationMs: 500 }).done);
    expect(failures()).toEqual({ 'HTTP 404': 5 });
    expect(record.statuses).toEqual(new Map([['HTTP 404', 5]]));
    expect(record.cutAnswers).toBe(5);
  });
});

describe('a request that cannot be sent is one, and is told as such,', () => {
  test('where too many wait for their answers', async () => {
    const sending = start({ ask: slow(30_000), timeoutMs: 60_000, ratePerSecond: 200 });
    await clock.advance(10_000);
    expect(sending.waiting).toBe(MOST_WAITING);
    await clock.run(sending.done);
    expect(failures()).toEqual({ 'not sent': 1_000 });
    expect(figuresOf(record.seconds).requests).toBe(2_000);
  });

  test('where this process comes too late to it', async () => {
    let nowMs = 0;
    const wakes: (() => void)[] = [];
    // Only the arrivals sleep as short as this.
    const late: Clock = {
      now: () => nowMs,
      sleep: (ms) => new Promise((resolve) => (ms <= 100 ? wakes.push(resolve) : undefined)),
    };
    const sending = start({ clock: late });
    nowMs = 60_000;
    wakes.pop()?.();
    await sending.done;
    // The first one was sent in time.
    expect(failures()).toEqual({ 'not sent': 99 });
    expect(figuresOf(record.seconds).requests).toBe(100);
  });
});

test('over real sockets, a server that hangs gets every request when it is due', async () => {
  const held: ServerResponse[] = [];
  const server = createServer((_, response) => {
    held.push(response);
    server.emit('seen');
  });
  const listening = await listenOn(server);
  onTestFinished(() => listening.close());
  const client = createClient(requestOf('--url', listening.url), '1.2.3');
  const sending = start({ ask: client.ask });
  await clock.advance(2_000);
  while (held.length < 21) await once(server, 'seen');
  expect(sending.waiting).toBe(21);
  for (const response of held) response.end();
  ending.abort();
  await sending.done;
  expect(figuresOf(record.seconds)).toMatchObject({ requests: 21, failed: 0 });
});
