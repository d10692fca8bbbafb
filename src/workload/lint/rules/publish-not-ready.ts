import type { Rule } from '../finding.ts';
import { MORE } from '../more.ts';
import { nameOf } from '../objects.ts';
import { at, type Place, textOf } from '../place.ts';
import type { Guarded } from '../workload.ts';

export const publishNotReady: Rule = {
  id: 'publish-not-ready',
  severity: 'error',
  finds: 'publishNotReadyAddresses on the Service between the load balancer and the pods',
  why: 'The controller keeps a pod registered until its containers have ended, so every hold lasts to the deadline and does not help.',
  fix: 'Remove it. Peers that must find each other before they are ready get a second, headless Service.',
  more: MORE.services,
  check: ({ guarded }) =>
    guarded.flatMap((workload) =>
      workload.services
        .filter(
          (service) => at(service, 'spec', 'publishNotReadyAddresses').value === true && isInTheWay(service, workload),
        )
        .map((service) => ({
          at: at(service, 'spec', 'publishNotReadyAddresses'),
          message: `${nameOf(service)} publishes not-ready addresses`,
          about: workload.object,
        })),
    ),
};

/** Behind a load balancer of the input; or, where that shows none for these pods, not only for peers. */
function isInTheWay(service: Place, { routes }: Guarded): boolean {
  if (routes.length > 0) return routes.some((route) => route.service === service);
  return textOf(service, 'spec', 'clusterIP') !== 'None';
}
