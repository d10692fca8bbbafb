import { describe, expect, test } from 'vitest';
import { createPatience } from '../../real/rollout/patience.ts';
import { areCalm, inOrder, isRolledOut } from '../../real/rollout/pods.ts';
import { pod as podObject } from '../../sim/kubernetes/builders.ts';
import type { Pod } from '../../sim/kubernetes/objects.ts';
import { createTimeline } from '../../sim/timeline.ts';
import { systemClock as clock } from '../../src/clock.ts';

function pod(name: string, ready = true): Pod {
  return podObject({ name, ready });
}

describe('a rollout is over', () => {
  const [first, second, third, fourth] = [pod('web-1'), pod('web-2'), pod('web-3'), pod('web-4')];

  function isOver(ended: readonly Pod[], present: readonly Pod[]): boolean {
    const timeline = createTimeline(clock);
    for (const { metadata } of ended) timeline.record('kubelet', 'pod ended', { uid: metadata.uid });
    return isRolledOut({ timeline }, [first, second], present, 2);
  }

  test('when every old pod has ended and as many new ones are Ready', () => {
    expect(isOver([first, second], [third, fourth])).toBe(true);
  });

  test('not while an old one runs, listed or not', () => {
    expect(isOver([first], [second, third, fourth])).toBe(false);
    expect(isOver([first], [third, fourth])).toBe(false);
  });

  test('not while a new one is missing or not Ready', () => {
    expect(isOver([first, second], [third])).toBe(false);
    expect(isOver([first, second], [third, pod('web-4', false)])).toBe(false);
  });
});

test('sidecars are calm when each of them has said what its start-up check found', () => {
  const pods = [pod('web-1'), pod('web-2')];
  const calm = (checked: number) => {
    const checks = new Set(pods.slice(0, checked).map(({ metadata }) => metadata.uid));
    const lines = (uid: string) =>
      ['listening', ...(checks.has(uid) ? ['start-up check'] : [])].map((msg) => ({
        atMs: 0,
        text: '',
        fields: { msg },
      }));
    return areCalm({ diary: { terminations: [], lines, logged: () => Promise.reject(new Error('not asked')) } }, pods);
  };
  expect([0, 1, 2].map(calm)).toEqual([false, false, true]);
});

test.each([
  { sigtermAtMs: 980, deletedAtMs: 980 },
  { sigtermAtMs: 1_020, deletedAtMs: 1_000 },
  { sigtermAtMs: Number.NaN, deletedAtMs: 1_000 },
])('a pod whose SIGTERM was noted at $sigtermAtMs was deleted at $deletedAtMs, told of at 1000', (told) => {
  const seen = { routedUntilMs: 9_000, endedAtMs: 2_000, deregisteredAtMs: 3_000, killed: false, calls: 0 };
  const fate = { pod: 'web-1', reason: undefined, ...seen, ...told };
  expect(inOrder({ ...fate, deletedAtMs: 1_000 })).toEqual(fate);
});

describe('patience', () => {
  test('lasts until it is so', async () => {
    const looks = [false, false, true];
    const patience = createPatience({ now: () => 0, sleep: async () => {} }, new AbortController().signal);
    await patience.until('it is so', () => looks.shift() ?? false);
    expect(looks).toEqual([]);
  });

  test('ends with what it waited for, after twenty minutes', async () => {
    let now = 0;
    const sleep = async (ms: number) => {
      now += ms;
    };
    const patience = createPatience({ now: () => now, sleep }, new AbortController().signal);
    await expect(patience.until('it is so', () => false)).rejects.toThrow('Waited 1200 s in vain until it is so');
  });

  test('ends at once when the user stops it', async () => {
    const stop = new AbortController();
    const waiting = createPatience(clock, stop.signal).until('it is so', () => false);
    stop.abort(new Error('Stopped by SIGINT.'));
    await expect(waiting).rejects.toThrow('Stopped by SIGINT.');
  });
});
