import type { LoadBalancerKind } from '../../../core/target.ts';
import { besides, ofKind } from '../objects.ts';
import { at, type Place, textOf } from '../place.ts';
import type { Route } from './routes.ts';

/** TargetGroupBindings, of the AWS Load Balancer Controller and of EKS Auto Mode. */
export function bindingRoutes(service: Place, objects: readonly Place[]): readonly Route[] {
  return ofKind(besides(objects, service), 'TargetGroupBinding')
    .filter((binding) => textOf(binding, 'spec', 'serviceRef', 'name') === service.source.manifest.name)
    .map((binding) => ({
      object: binding,
      service,
      loadBalancer: kindOf(textOf(binding, 'spec', 'targetGroupProtocol')),
      // Where it is missing the controller asks AWS.
      targetType: { at: at(binding, 'spec', 'targetType'), value: textOf(binding, 'spec', 'targetType') },
      delay: undefined,
    }));
}

function kindOf(protocol: string | undefined): LoadBalancerKind | undefined {
  if (protocol === undefined) return undefined;
  return protocol === 'HTTP' || protocol === 'HTTPS' ? 'alb' : 'nlb';
}
