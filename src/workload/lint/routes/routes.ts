import type { LoadBalancerKind } from '../../../core/target.ts';
import type { Place } from '../place.ts';
import { bindingRoutes } from './binding.ts';
import { gatewayRoutes } from './gateway.ts';
import { ingressRoutes } from './ingress.ts';
import { serviceRoutes } from './service.ts';

/** One way from a load balancer to a Service, as an object of the input makes it. */
export interface Route {
  /** The object that makes it. */
  readonly object: Place;
  readonly service: Place;
  /** Absent: not known. */
  readonly loadBalancer: LoadBalancerKind | undefined;
  /** `ip` or `instance`, and where it is said, or would be. Its `value` is undefined where only the cluster knows. */
  readonly targetType: { readonly at: Place; readonly value: string | undefined };
  /** The deregistration delay, in s; absent where the input sets none. */
  readonly delay: Delay | undefined;
}

export interface Delay {
  readonly at: Place;
  readonly seconds: number;
}

/** The ways to a Service, by every kind of object that makes one. */
export function routesTo(service: Place, objects: readonly Place[]): readonly Route[] {
  return [bindingRoutes, ingressRoutes, serviceRoutes, gatewayRoutes].flatMap((routes) => routes(service, objects));
}
