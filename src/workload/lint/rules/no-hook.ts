import type { Rule } from '../finding.ts';
import { hooksOf } from '../hook.ts';
import { MORE } from '../more.ts';
import { nameOf } from '../objects.ts';
import { at, textOf } from '../place.ts';

const FIX =
  'lifecycle: { preStop: { httpGet: { path: /prestop, port: 9787 } } }, with the port of the sidecar as a number.';

export const noHook: Rule = {
  id: 'no-hook',
  severity: 'error',
  finds: 'a pod with the sidecar in which no container has a preStop hook',
  why: 'Nothing asks the sidecar, so nothing waits: every container gets SIGTERM at once.',
  fix: `Give every main container ${FIX}`,
  more: MORE.hooks,
  check: ({ guarded }) =>
    guarded
      .filter((workload) => hooksOf(workload).every(({ kind }) => kind === 'none'))
      .map((workload) => ({
        at: at(workload.podSpec, 'containers'),
        message: `no container of ${nameOf(workload.object)} has a preStop hook`,
      })),
};

export const hookMissing: Rule = {
  id: 'hook-missing',
  severity: 'error',
  finds: 'a main container without a preStop hook, beside others that have one',
  why: 'A container without the hook gets SIGTERM at once, whatever the others wait for.',
  fix: `Give it ${FIX}`,
  more: MORE.hooks,
  check: ({ guarded }) =>
    guarded.flatMap((workload) => {
      const hooks = hooksOf(workload);
      const without = hooks.filter(({ kind }) => kind === 'none');
      if (without.length === hooks.length) return [];
      return without.map(({ container }) => ({
        at: container,
        message: `container '${textOf(container, 'name')}' has no preStop hook`,
      }));
    }),
};
