import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type VirtualClock, virtualClock } from '../../sim/virtual-clock.ts';
import { ApiError } from '../../src/core/errors.ts';
import type { Clock } from '../../src/core/ports.ts';
import { callWithin } from '../../src/core/timeout.ts';

let time: VirtualClock;
/** The virtual clock, counting who sleeps. */
let clock: Clock;
let sleeping: number;
let unhandled: unknown[];

function onUnhandled(reason: unknown): void {
  unhandled.push(reason);
}

beforeEach(() => {
  time = virtualClock();
  sleeping = 0;
  clock = {
    now: time.now,
    async sleep(ms, signal) {
      sleeping += 1;
      await time.sleep(ms, signal);
      sleeping -= 1;
    },
  };
  unhandled = [];
  process.on('unhandledRejection', onUnhandled);
});

afterEach(async () => {
  // Node tells of unhandled rejections once all microtasks have run.
  await time.advance(10_000);
  process.off('unhandledRejection', onUnhandled);
  expect(sleeping).toBe(0);
  expect(unhandled).toEqual([]);
});

/** A call that ends when the test says so, and that knows its signal. */
function controlled() {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let given: AbortSignal | undefined;
  return {
    resolve,
    reject,
    signal: () => given,
    call(signal: AbortSignal) {
      given = signal;
      return promise;
    },
  };
}

function start(call: (signal: AbortSignal) => Promise<string>, signal = new AbortController().signal) {
  return callWithin(3_000, clock, signal, 'get pods', call);
}

describe('callWithin()', () => {
  test('passes the result on, and leaves no timer behind', async () => {
    const { call, resolve } = controlled();
    const result = start(call);
    await time.advance(2_999);
    resolve('done');
    expect(await result).toBe('done');
    expect(sleeping).toBe(0);
  });

  test('passes a rejection on as it is, and leaves no timer behind', async () => {
    const { call, reject } = controlled();
    const result = start(call);
    const failure = new Error('refused');
    reject(failure);
    await expect(result).rejects.toBe(failure);
    expect(sleeping).toBe(0);
  });

  test('rejects with what the call throws before it returns', async () => {
    const failure = new Error('no configuration');
    const result = start(() => {
      throw failure;
    });
    await expect(result).rejects.toBe(failure);
  });

  test('is unreachable once the time is over, and tells the call to stop', async () => {
    const { call, signal } = controlled();
    const failed = start(call).catch((error: unknown) => error);
    await time.advance(2_999);
    expect(signal()?.aborted).toBe(false);
    await time.advance(1);
    const failure = await failed;
    expect(failure).toBeInstanceOf(ApiError);
    expect(failure).toMatchObject({ kind: 'unreachable', operation: 'get pods' });
    expect((failure as ApiError).message).toBe('get pods: no answer within 3000 ms');
    expect(signal()?.aborted).toBe(true);
  });

  test('ends at an abort without any time, even where the call does not listen', async () => {
    const abort = new AbortController();
    const { call, signal } = controlled();
    const failed = start(call, abort.signal).catch((error: unknown) => error);
    abort.abort();
    expect(await failed).toMatchObject({ kind: 'unreachable', message: 'get pods: abandoned' });
    expect(time.now()).toBe(0);
    expect(signal()?.aborted).toBe(true);
  });

  test('ends at once where the signal was aborted before', async () => {
    const failed = start(() => new Promise<never>(() => {}), AbortSignal.abort());
    await expect(failed).rejects.toMatchObject({ kind: 'unreachable', message: 'get pods: abandoned' });
  });

  test('may be abandoned by a call that fails later', async () => {
    const { call, reject } = controlled();
    const failed = expect(start(call)).rejects.toMatchObject({ kind: 'unreachable' });
    await time.advance(3_000);
    await failed;
    reject(new Error('too late'));
  });

  test('does not abort the signal of its caller', async () => {
    const abort = new AbortController();
    const failed = expect(start(controlled().call, abort.signal)).rejects.toMatchObject({ kind: 'unreachable' });
    await time.advance(3_000);
    await failed;
    expect(abort.signal.aborted).toBe(false);
  });
});
