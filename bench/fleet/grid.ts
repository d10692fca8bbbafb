import type { Scenario } from './scenario.ts';

/** Enough for every hold of up to a thousand pods: the longest lag, an NLB's settle time, and four minutes of turns. */
export const GRACE_PERIOD_MS = 600_000;

const BUCKETS = [
  { size: 40, refillPerSecond: 10 },
  { size: 200, refillPerSecond: 50 },
] as const;
const [SMALL] = BUCKETS;

const MINUTE_MS = 60_000;
const SECOND_MS = 1_000;

type Size = readonly [pods: number, groups: number];

/** Pods, and the target groups that they are in. */
const SIZES: readonly Size[] = [
  [1, 1],
  [10, 1],
  [10, 10],
  [100, 1],
  [100, 10],
  [1_000, 1],
  [1_000, 10],
  [1_000, 50],
];

/** Larger than any rollout should be: on the smaller bucket only, for they take their time. */
const HUGE: readonly Size[] = [
  [5_000, 1],
  [5_000, 50],
];

function within(
  withinMs: number,
  sizes: readonly Size[],
  { buckets = BUCKETS, loadBalancers = ['alb', 'nlb'], lags = ['fast', 'slow'] }: Partial<Choices> = {},
): readonly Scenario[] {
  return loadBalancers.flatMap((loadBalancer) =>
    lags.flatMap((lag) =>
      buckets.flatMap((bucket) =>
        sizes.map(([pods, groups]) => ({ pods, groups, loadBalancer, lag, bucket, withinMs })),
      ),
    ),
  );
}

interface Choices {
  readonly buckets: readonly Scenario['bucket'][];
  readonly loadBalancers: readonly Scenario['loadBalancer'][];
  readonly lags: readonly Scenario['lag'][];
}

/** A thousand pods that leave within a second, on the smaller bucket: what turns are for. */
const AT_ONCE = within(
  SECOND_MS,
  [
    [1_000, 1],
    [1_000, 10],
    [1_000, 50],
  ],
  {
    buckets: [SMALL],
    loadBalancers: ['alb'],
    lags: ['fast', 'slow'],
  },
);

export const TEN_GROUPS_AT_ONCE: Scenario = {
  pods: 1_000,
  groups: 10,
  loadBalancer: 'alb',
  lag: 'slow',
  bucket: SMALL,
  withinMs: SECOND_MS,
};

/** Everything. */
export const FULL: readonly Scenario[] = [
  ...within(MINUTE_MS, SIZES),
  ...within(MINUTE_MS, HUGE, { buckets: [SMALL], loadBalancers: ['alb'] }),
  ...AT_ONCE,
];

/** What shows most in little time. */
export const BRIEF: readonly Scenario[] = [
  ...within(
    MINUTE_MS,
    [
      [10, 1],
      [100, 10],
    ],
    { buckets: [SMALL] },
  ),
  ...within(MINUTE_MS, [[1_000, 50]], { buckets: [BUCKETS[1]], lags: ['slow'] }),
  TEN_GROUPS_AT_ONCE,
];
