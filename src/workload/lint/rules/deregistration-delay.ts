import { longDelay, shortDelay } from '../../deregistration-delay.ts';
import { settingValue, variable } from '../environment.ts';
import type { Hit, Rule } from '../finding.ts';
import type { LintOptions } from '../inventory.ts';
import { MORE } from '../more.ts';
import { graceSecondsOf, reserveMs, settleMs } from '../needs.ts';
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
    if (delay === undefined) return [];
    const needs = { settleMs: settleMs(workload.sidecar, loadBalancer), reserveMs: reserveMs(workload) };
    const message = shortDelay(nameOf(object), delay.seconds, needs);
    return message === undefined ? [] : [{ at: delay.at, message, about: workload.object }];
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
  const needs = { lagMs, reserveMs: reserveMs(workload) };
  const unset = { at: variable(settings, 'until')?.at ?? at(container, 'args'), seconds: DEFAULT_DELAY_SECONDS };
  const delays = workload.routes.length === 0 ? [unset] : workload.routes.map(({ delay }) => delay ?? unset);
  return delays.flatMap((delay) => {
    const message = longDelay(delay.seconds, graceSecondsOf(workload), needs);
    return message === undefined ? [] : [{ at: delay.at, message, about: workload.object }];
  });
}
