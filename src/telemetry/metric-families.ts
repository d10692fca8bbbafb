import type { Registry } from 'prom-client';
import Counter from 'prom-client/lib/counter.js';
import Gauge from 'prom-client/lib/gauge.js';
import Histogram from 'prom-client/lib/histogram.js';
import { type CallCounts, NO_CALLS } from '../core/calls.ts';
import { REASONS } from '../core/outcome.ts';

/** From the shortest hold there is, of a pod behind no load balancer, to the grace periods of the most patient. */
const HELD_BUCKETS_S = [1, 5, 10, 20, 25, 30, 40, 60, 90, 120, 150, 180, 300, 600];

/** The first look comes after 2 s; a controller that is throttled takes minutes. */
const LAG_BUCKETS_S = [1, 2.5, 5, 7.5, 10, 15, 20, 30, 45, 60, 120, 300];

/** The metrics of the program, each with its name and its labels. */
export type Families = ReturnType<typeof createFamilies>;

export function createFamilies(registry: Registry) {
  const registers = [registry];
  const calls = (name: string, api: string) =>
    new Counter({ name, help: `Calls to ${api} in holds.`, labelNames: ['result'], registers });
  const families = {
    holds: new Counter({
      name: 'drain_wait_holds_total',
      help: 'Holds that have ended.',
      labelNames: ['reason'],
      registers,
    }),
    held: new Histogram({
      name: 'drain_wait_held_seconds',
      help: 'From the first call of the hook to the release.',
      buckets: HELD_BUCKETS_S,
      registers,
    }),
    lag: new Histogram({
      name: 'drain_wait_lag_seconds',
      help: 'From the start of a hold until a target was first seen deregistering or absent.',
      labelNames: ['target_group'],
      buckets: LAG_BUCKETS_S,
      registers,
    }),
    elbv2: calls('drain_wait_elbv2_calls_total', 'ELBv2'),
    kubernetes: calls('drain_wait_kubernetes_calls_total', 'the Kubernetes API server'),
    inProgress: new Gauge({ name: 'drain_wait_holds_in_progress', help: 'Holds that go on.', registers }),
    problems: new Gauge({
      name: 'drain_wait_startup_problems',
      help: 'Problems that the start-up check has found.',
      registers,
    }),
    buildInfo: new Gauge({
      name: 'drain_wait_build_info',
      help: 'Always 1; the labels tell.',
      labelNames: ['version'],
      registers,
    }),
  };
  startAtZero(families);
  return families;
}

/** The step from 0 is all that Prometheus sees of a pod's only hold: a counter that begins with 1 has no increase. */
function startAtZero({ holds, held, elbv2, kubernetes }: Families): void {
  // `observing` is what the hook is told, not how a hold ends.
  for (const reason of Object.keys(REASONS)) if (reason !== 'observing') holds.inc({ reason }, 0);
  held.zero({});
  countCalls(elbv2, NO_CALLS);
  countCalls(kubernetes, NO_CALLS);
}

/** Adds what these calls came to. */
export function countCalls(counter: Counter<'result'>, { calls, throttles, errors }: Omit<CallCounts, 'apiMs'>): void {
  counter.inc({ result: 'ok' }, Math.max(0, calls - throttles - errors));
  counter.inc({ result: 'throttled' }, throttles);
  counter.inc({ result: 'error' }, errors);
}
