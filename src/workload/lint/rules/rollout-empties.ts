import type { Rule } from '../finding.ts';
import type { Inventory } from '../inventory.ts';
import { MORE } from '../more.ts';
import { nameOf, ofKind } from '../objects.ts';
import { at, isThere, numberOf, type Place, textOf } from '../place.ts';

export const rolloutEmpties: Rule = {
  id: 'rollout-empties',
  severity: 'warning',
  finds: 'a Deployment of one replica whose rollout takes that one away first',
  why: 'Until the new pod is ready there is none, and every request fails, however well the old one was drained.',
  fix: 'Set maxUnavailable: 0 and maxSurge: 1, or run two replicas.',
  more: MORE.rollouts,
  check: (inventory) =>
    inventory.workloads
      .filter(({ sidecar, routes }) => sidecar !== undefined || routes.length > 0)
      .map(({ object }) => object)
      .filter((object) => isSingle(object, inventory))
      .flatMap((object) => {
        const place = emptying(object);
        return place === undefined
          ? []
          : [
              {
                at: place,
                message: `${nameOf(object)} has one replica, and a rollout may take it away before the next is ready`,
              },
            ];
      }),
};

function isSingle(object: Place, { objects }: Inventory): boolean {
  if (!['Deployment', 'Rollout'].includes(object.source.manifest.kind)) return false;
  if (isThere(object, 'spec', 'replicas')) return numberOf(object, 'spec', 'replicas') === 1;
  return !ofKind(objects, 'HorizontalPodAutoscaler', 'ScaledObject').some(
    (scaler) => textOf(scaler, 'spec', 'scaleTargetRef', 'name') === object.source.manifest.name,
  );
}

/** What of the strategy takes the only replica away; undefined where nothing does. */
function emptying(object: Place): Place | undefined {
  const strategy = at(object, 'spec', 'strategy');
  if (textOf(strategy, 'type') === 'Recreate') return at(strategy, 'type');
  if (isThere(strategy, 'blueGreen')) return undefined;
  const rolling = at(strategy, isThere(strategy, 'canary') ? 'canary' : 'rollingUpdate');
  const unavailable = ofOne(at(rolling, 'maxUnavailable'), Math.floor);
  const surge = ofOne(at(rolling, 'maxSurge'), Math.ceil);
  // With both at nothing no rollout would ever end, so Kubernetes then takes one away (ResolveFenceposts).
  if (unavailable === 0 && surge > 0) return undefined;
  return at(rolling, unavailable === 0 ? 'maxSurge' : 'maxUnavailable');
}

/** A number, or a share of the one replica; the default is a quarter. */
function ofOne(place: Place, round: (share: number) => number): number {
  const text = textOf(place) ?? '25%';
  return text.endsWith('%') ? round(Number.parseFloat(text) / 100) : Number(text);
}
