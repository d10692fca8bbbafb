import { INJECT_MARK } from '../../sidecar.ts';
import type { Rule } from '../finding.ts';
import { MORE } from '../more.ts';
import { annotationsOf, find, nameOf } from '../objects.ts';
import { at, type Place, textOf } from '../place.ts';
import type { Workload } from '../workload.ts';

export const notProtected: Rule = {
  id: 'not-protected',
  severity: 'warning',
  finds: 'a workload behind a load balancer, without the sidecar',
  why: 'Its pods get SIGTERM while the load balancer still sends requests, so every rollout may give 502 and 504.',
  fix: 'Add the sidecar: drain-wait inject does it.',
  more: MORE.termination,
  check: ({ workloads, objects }) =>
    workloads.flatMap((workload) => {
      const { object, sidecar, routes } = workload;
      const route = routes[0];
      if (sidecar !== undefined || route === undefined || isDecided(workload, objects)) return [];
      const message = `${nameOf(object)} has no sidecar, and ${nameOf(route.object)} puts it behind a load balancer`;
      return [{ at: at(object, 'metadata', 'name'), message }];
    }),
};

/** Whether the admission policy adds the sidecar when the pod is made, or somebody does not want one. */
function isDecided({ object, template }: Workload, objects: readonly Place[]): boolean {
  if ([object, template].some((each) => injectionOf(each) === 'disabled')) return true;
  const namespace = find(objects, 'Namespace', object.source.manifest.namespace);
  return namespace !== undefined && injectionOf(namespace) === 'enabled';
}

function injectionOf(object: Place): string | undefined {
  return textOf(object, 'metadata', 'labels', INJECT_MARK) ?? annotationsOf(object)[INJECT_MARK];
}
