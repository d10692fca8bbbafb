import { describe, expect, test } from 'vitest';
import { virtualClock } from '../../sim/virtual-clock.ts';
import { createLifecycle } from '../../src/sidecar/lifecycle.ts';

function lifecycle(kind: 'native' | 'classic' | 'unknown', interactive = false) {
  const clock = virtualClock();
  const codes: number[] = [];
  const hold = Promise.withResolvers<void>();
  let known = kind;
  let later: Promise<void> | undefined;
  const made = createLifecycle({
    sidecar: () => known,
    hold: () => hold.promise,
    holdEnds: () => later,
    clock,
    interactive,
    exit: (code) => codes.push(code),
  });
  return {
    ...made,
    clock,
    codes,
    release: hold.resolve,
    setLater(hold: Promise<void> | undefined) {
      later = hold;
    },
    learn(kind: typeof known) {
      known = kind;
      made.onNews();
    },
  };
}

describe('onSignal()', () => {
  test('ends a native sidecar at once', () => {
    const { onSignal, codes } = lifecycle('native');
    onSignal('SIGTERM');
    expect(codes).toEqual([0]);
  });

  test.each(['classic', 'unknown'] as const)(
    'ends a %s one when the hold is over and late callers had their time',
    async (kind) => {
      const { onSignal, codes, release, clock } = lifecycle(kind);
      onSignal('SIGTERM');
      await clock.advance(100_000);
      release();
      await clock.advance(2_900);
      expect(codes).toEqual([]);
      await clock.advance(200);
      expect(codes).toEqual([0]);
    },
  );

  test('waits for the hold of a late caller', async () => {
    const { onSignal, codes, release, setLater, clock } = lifecycle('classic');
    onSignal('SIGTERM');
    release();
    await clock.advance(1_000);
    setLater(clock.sleep(50_000));
    await clock.advance(10_000);
    setLater(undefined);
    await clock.advance(42_900);
    expect(codes).toEqual([]);
    await clock.advance(200);
    expect(codes).toEqual([0]);
  });

  test('ends one that learns during the hold that it is native', () => {
    const { onSignal, codes, learn } = lifecycle('unknown');
    onSignal('SIGTERM');
    expect(codes).toEqual([]);
    learn('native');
    expect(codes).toEqual([0]);
  });

  test('means nothing the second time in a pod, but ends the process in a terminal', () => {
    const inPod = lifecycle('classic');
    inPod.onSignal('SIGTERM');
    inPod.onSignal('SIGTERM');
    expect(inPod.codes).toEqual([]);
    const inTerminal = lifecycle('classic', true);
    inTerminal.onSignal('SIGINT');
    inTerminal.onSignal('SIGINT');
    expect(inTerminal.codes).toEqual([130]);
  });
});

test('onNews() ends nobody who was not told to stop', () => {
  const { learn, codes } = lifecycle('unknown');
  learn('native');
  expect(codes).toEqual([]);
});
