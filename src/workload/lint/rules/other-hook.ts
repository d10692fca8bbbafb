import type { Hit, Rule } from '../finding.ts';
import { type Hook, hooksOf } from '../hook.ts';
import type { Inventory } from '../inventory.ts';
import { MORE } from '../more.ts';
import { textOf } from '../place.ts';

const FIX = 'Call the sidecar instead: preStop: { httpGet: { path: /prestop, port: 9787 } }.';

export const hookSleep: Rule = {
  id: 'hook-sleep',
  severity: 'error',
  finds: 'a hook that sleeps, in a pod with the sidecar',
  why: 'The container gets SIGTERM when the sleep is over, whether the load balancer has let go of the pod or not.',
  fix: FIX,
  more: MORE.hooks,
  check: (inventory) => hits(inventory, 'sleep', 'sleeps; it does not ask the sidecar'),
};

export const hookOther: Rule = {
  id: 'hook-other',
  severity: 'error',
  finds: 'a hook that does something else than to call the sidecar',
  why: 'The container gets SIGTERM when that is done, whether the load balancer has let go of the pod or not.',
  fix: `${FIX} What the hook does now belongs into the handler of SIGTERM, or into a command that calls the sidecar first.`,
  more: MORE.hooks,
  check: (inventory) => hits(inventory, 'foreign', 'does not call the sidecar'),
};

function hits({ guarded }: Inventory, kind: Hook['kind'], problem: string): readonly Hit[] {
  return guarded
    .flatMap(hooksOf)
    .filter((hook) => hook.kind === kind)
    .map(({ at, container }) => ({
      at,
      message: `the preStop hook of container '${textOf(container, 'name')}' ${problem}`,
    }));
}
