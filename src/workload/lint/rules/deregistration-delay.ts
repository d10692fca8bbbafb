import { SAFETY_MS } from '../../../core/deadline.ts';
import { settingValue, variable } from '../environment.ts';
import type { Hit, Rule } from '../finding.ts';
import type { LintOptions } from '../inventory.ts';
import { MORE } from '../more.ts';
import { graceSecondsOf, reserveMs, seconds, settleMs } from '../needs.ts';
import { nameOf } from '../objects.ts';
import { at } from '../place.ts';
import type { Guarded } from '../workload.ts';

/** What Elastic Load Balancing takes where nothing is set, in s. */
const DEFAULT_DELAY_SECONDS = 300;

export const delayShort: Rule = {
  id: 'deregistration-delay-short',
  severity: 'warning',
  finds: 'a deregistration delay shorter than the settle time or the reserve',
  why: 'When it is over the load balancer cuts the connections in flight, although the application still serves them.',
  fix: 'Make deregistration_delay.timeout_seconds at least as long as both.',
  more: MORE.ingresses,
  check: ({ guarded, options }) => guarded.flatMap((workload) => tooShort(workload, options)),
};

function tooShort(workload: Guarded, options: LintOptions): readonly Hit[] {
  return workload.routes.flatMap(({ object, loadBalancer = options.loadBalancer ?? 'alb', delay }) => {
    const times = { 'settle time': settleMs(workload.sidecar, loadBalancer), reserve: reserveMs(workload) };
    const [name, ms] = Object.entries(times).reduce((a, b) => (b[1] > a[1] ? b : a));
    if (delay === undefined || delay.seconds * 1_000 >= ms) return [];
    const message = `${nameOf(object)} has a deregistration delay of ${delay.seconds} s, shorter than the ${name} of ${seconds(ms)}`;
    return [{ at: delay.at, message, about: workload.object }];
  });
}

export const delayLong: Rule = {
  id: 'deregistration-delay-long',
  severity: 'error',
  finds: 'DRAIN_WAIT_UNTIL=gone with a deregistration delay that the grace period has no room for',
  why: 'A target is gone only when the whole delay is over (300 s where none is set), so every hold ends at the deadline.',
  fix: 'Shorten the deregistration delay, lengthen the grace period, or leave DRAIN_WAIT_UNTIL at draining.',
  more: MORE.ingresses,
  check: ({ guarded, options }) =>
    guarded
      .filter(({ sidecar }) => settingValue(sidecar.settings, 'until') === 'gone')
      .flatMap((workload) => tooLong(workload, options)),
};

function tooLong(workload: Guarded, { lagMs }: LintOptions): readonly Hit[] {
  const { container, settings } = workload.sidecar;
  const roomMs = graceSecondsOf(workload) * 1_000 - lagMs - reserveMs(workload) - SAFETY_MS;
  const unset = { at: variable(settings, 'until')?.at ?? at(container, 'args'), seconds: DEFAULT_DELAY_SECONDS };
  const delays = workload.routes.length === 0 ? [unset] : workload.routes.map(({ delay }) => delay ?? unset);
  return delays
    .filter((delay) => delay.seconds * 1_000 > roomMs)
    .map((delay) => ({
      at: delay.at,
      message: `the deregistration delay is ${delay.seconds} s, and the grace period leaves ${seconds(Math.max(0, roomMs))} for it`,
      about: workload.object,
    }));
}
