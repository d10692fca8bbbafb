import type { Rule } from '../finding.ts';
import { MORE } from '../more.ts';
import { nameOf } from '../objects.ts';
import { isThere } from '../place.ts';

export const targetType: Rule = {
  id: 'target-type',
  severity: 'error',
  finds: 'a load balancer with target type instance before pods with the sidecar',
  why: 'Its targets are nodes: it does not know the pods, and there is nothing to wait for.',
  fix: 'Set the target type to ip.',
  more: MORE.ingresses,
  check: ({ guarded }) =>
    guarded.flatMap(({ object: workload, routes }) =>
      routes
        .filter((route) => route.targetType.value === 'instance')
        .map(({ object, targetType: { at } }) => ({
          at,
          message: `${nameOf(object)} has the target type instance${isThere(at) ? '' : ', the default of the controller'}`,
          about: workload,
        })),
    ),
};
