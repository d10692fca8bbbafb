import type { Check, Section } from './check.ts';
import { hooks } from './checks/hooks.ts';
import { identity } from './checks/identity.ts';
import { lifeCycle } from './checks/life-cycle.ts';
import { loadBalancer } from './checks/load-balancer.ts';
import { permissions } from './checks/permissions.ts';
import { sidecar, sidecarMissing } from './checks/sidecar.ts';
import { targetsSection } from './checks/targets.ts';
import { time } from './checks/time.ts';

/** In the order in which a hold goes. */
export const SECTIONS: readonly Section[] = [
  identity,
  permissions,
  sidecar,
  hooks,
  targetsSection,
  loadBalancer,
  time,
  lifeCycle,
];

export type CheckRow = Omit<Check, 'look'>;

/** What is looked at before all others, because without it there is nothing more to look at. */
export const podUnread: CheckRow = {
  id: 'pod',
  levels: ['problem'],
  finds: 'a pod that could not be read',
  why: 'The sidecar cannot read it either: it does not know its deletion and its grace period, and holds by the clock.',
  fix: 'Let the pod reach the API server, and bind the shipped Role to its service account (manifests/base).',
};

/** Every check, in the order of docs/doctor.md. */
export const CHECKS: readonly CheckRow[] = [podUnread, sidecarMissing, ...SECTIONS.flatMap(({ checks }) => checks)];

/** Under which heading a finding stands. */
export function sectionOf(check: string): Section | undefined {
  return SECTIONS.find(({ id, checks }) => id === check || checks.some((each) => each.id === check));
}
