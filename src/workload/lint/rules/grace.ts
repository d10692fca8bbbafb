import { seconds } from '../../../core/words.ts';
import { advisedGraceSeconds, formulaWords, neededGraceSeconds } from '../../grace.ts';
import { settingValue, variable } from '../environment.ts';
import type { Hit, Rule } from '../finding.ts';
import type { LintOptions } from '../inventory.ts';
import { MORE } from '../more.ts';
import { graceSecondsOf, reserveMs, slowest } from '../needs.ts';
import { at } from '../place.ts';
import type { Guarded } from '../workload.ts';

export const graceShort: Rule = {
  id: 'grace-short',
  severity: 'error',
  finds: 'a grace period shorter than lag + settle + reserve + 2 s',
  why: 'The hold ends at the deadline and not when the load balancer has let go, so requests may fail.',
  fix: 'Make terminationGracePeriodSeconds as long as the formula says.',
  more: MORE.termination,
  check: ({ guarded, options }) =>
    // Where the hold waits for the target to be gone, the deregistration delay takes the place of the settle time.
    guarded
      .filter(({ sidecar }) => settingValue(sidecar.settings, 'until') === 'draining')
      .flatMap((workload) => checkGrace(workload, options)),
};

function checkGrace(workload: Guarded, options: LintOptions): readonly Hit[] {
  const grace = graceSecondsOf(workload);
  const settle = slowest(workload, options);
  const needs = { lagMs: options.lagMs, settleMs: settle.ms, reserveMs: reserveMs(workload) };
  const needed = neededGraceSeconds(needs);
  if (grace >= needed) return [];
  return [
    {
      at: at(workload.podSpec, 'terminationGracePeriodSeconds'),
      message: `the grace period is ${grace} s, and ${needed} s are needed: ${formulaWords(needs, settle.kind)}`,
      fix: `Set terminationGracePeriodSeconds to ${advisedGraceSeconds(needs)}, and DRAIN_WAIT_GRACE_PERIOD to the same.`,
    },
  ];
}

export const graceMismatch: Rule = {
  id: 'grace-mismatch',
  severity: 'warning',
  finds: "a DRAIN_WAIT_GRACE_PERIOD that is not the pod's grace period",
  why: 'The sidecar goes by it while it cannot read the pod: longer may mean SIGKILL, shorter an early end of the hold.',
  fix: 'Write terminationGracePeriodSeconds in both places.',
  more: MORE.termination,
  check: ({ guarded }) => guarded.flatMap(checkSetting),
};

function checkSetting(workload: Guarded): readonly Hit[] {
  const { container, settings } = workload.sidecar;
  const given = variable(settings, 'gracePeriod');
  // Known in the cluster only.
  if (given !== undefined && given.value === undefined) return [];
  const ms = settingValue(settings, 'gracePeriod');
  const grace = graceSecondsOf(workload);
  if (ms === grace * 1_000) return [];
  const source = given === undefined ? ', the default' : '';
  return [
    {
      at: given?.at ?? at(container, 'env'),
      message: `DRAIN_WAIT_GRACE_PERIOD is ${seconds(ms)}${source}, and the pod has ${grace} s`,
      fix: `Set DRAIN_WAIT_GRACE_PERIOD to ${grace}s.`,
    },
  ];
}
