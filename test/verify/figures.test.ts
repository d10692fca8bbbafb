import { describe, expect, test } from 'vitest';
import { mostFrequentFirst } from '../../src/verify/counts.ts';
import { bucketSeconds, bucketsOf, failedSeconds, figuresOf } from '../../src/verify/figures.ts';
import { createRecord } from '../../src/verify/record.ts';
import { count, countsInWords, latency, minutes, percent, utc } from '../../src/verify/words.ts';
import { failed, runOf } from './support.ts';

describe('figures', () => {
  test('count requests and failures, and take latencies from what did not fail', () => {
    const { record } = runOf({
      results: [
        { answer: { status: 200, latencyMs: 100, cut: false } },
        failed('no answer'),
        { failure: 'HTTP 502', answer: { status: 502, latencyMs: 9, cut: false } },
        failed('no answer'),
        { answer: { status: 200, latencyMs: 20, cut: false } },
      ],
    });
    expect(figuresOf(record.seconds)).toEqual({
      requests: 5,
      failed: 3,
      failures: new Map([
        ['no answer', 2],
        ['HTTP 502', 1],
      ]),
      latencies: { p50: 60, p95: expect.closeTo(96), p99: expect.closeTo(99.2), max: 100 },
    });
    expect(record.statuses).toEqual(
      new Map([
        ['HTTP 200', 2],
        ['HTTP 502', 1],
      ]),
    );
  });

  test('of nothing are nothing', () => {
    expect(figuresOf([])).toEqual({ requests: 0, failed: 0, failures: new Map(), latencies: undefined });
  });

  test('put a request into the second in which it was due, in whatever order their ends come', () => {
    const record = createRecord();
    for (const atMs of [3_000, 999.9, 0, 1_000]) record.add({ atMs, failure: `at ${atMs}`, answer: undefined });
    expect(record.seconds.map(({ requests }) => requests)).toEqual([2, 1, 0, 1]);
    expect(failedSeconds(record.seconds)).toEqual([
      {
        second: 0,
        failures: new Map([
          ['at 999.9', 1],
          ['at 0', 1],
        ]),
      },
      { second: 1, failures: new Map([['at 1000', 1]]) },
      { second: 3, failures: new Map([['at 3000', 1]]) },
    ]);
  });
});

describe('buckets', () => {
  test.each([
    [60, 60, 1],
    [61, 60, 2],
    [300, 60, 5],
    [3_600, 60, 60],
    [3_600, 20, 300],
    [3_600, 5, 720],
  ])('of %d seconds in at most %d have %d each', (seconds, most, size) => {
    expect(bucketSeconds(seconds, most)).toBe(size);
  });

  test('have what was in their seconds, to the end of the time that is looked at', () => {
    const { record } = runOf({ results: [{}, failed('no answer'), failed('no answer'), {}] });
    const buckets = bucketsOf(record.seconds, 7, 2);
    expect(
      buckets.map(({ fromSecond, toSecond, requests, failed }) => [fromSecond, toSecond, requests, failed]),
    ).toEqual([
      [0, 2, 2, 1],
      [2, 4, 2, 1],
      [4, 6, 0, 0],
      [6, 7, 0, 0],
    ]);
  });
});

describe('words', () => {
  test('put the most frequent first, equals by name', () => {
    const counts = new Map([
      ['b', 2],
      ['c', 1_200],
      ['a', 2],
    ]);
    expect(mostFrequentFirst(counts).map(([name]) => name)).toEqual(['c', 'a', 'b']);
    expect(countsInWords(counts)).toBe('1,200 c, 2 a, 2 b');
  });

  test.each([
    [0, '0 ms'],
    [0.04, '0 ms'],
    [1.26, '1.3 ms'],
    [12.6, '13 ms'],
    [999, '999 ms'],
    [1_240, '1.2 s'],
  ])('have a latency of %d as %s', (ms, words) => {
    expect(latency(ms)).toBe(words);
  });

  test.each([
    [0, '0:00'],
    [61_999, '1:01'],
    [3_600_000, '60:00'],
    [-5_000, '-0:05'],
    [-10, '0:00'],
  ])('have a time of %d ms as %s', (ms, words) => {
    expect(minutes(ms)).toBe(words);
  });

  test('round a share, but never to nothing', () => {
    expect([percent(0, 10), percent(1, 3_000), percent(37, 3_000), percent(3, 3), percent(0, 0)]).toEqual([
      '0 %',
      'less than 0.1 %',
      '1.2 %',
      '100 %',
      '0 %',
    ]);
  });

  test('are the same on every machine', () => {
    expect(count(1_234_567.5)).toBe('1,234,567.5');
    expect(utc(Date.UTC(2026, 10, 21, 4, 3, 2, 999))).toBe('2026-11-21 04:03:02 UTC');
  });
});
