import type { LoadBalancerKind } from '../../../core/target.ts';
import { besides, find, ofKind } from '../objects.ts';
import { at, isThere, itemsOf, type Place, textOf } from '../place.ts';
import { DELAY_ATTRIBUTE, toDelay } from './delay.ts';
import type { Route } from './routes.ts';

const CONTROLLERS: ReadonlyMap<string | undefined, LoadBalancerKind> = new Map([
  ['gateway.k8s.aws/alb', 'alb'],
  ['gateway.k8s.aws/nlb', 'nlb'],
]);

/** Routes of the Gateway API whose Gateway is the AWS Load Balancer Controller's. */
export function gatewayRoutes(service: Place, objects: readonly Place[]): readonly Route[] {
  const configuration = configurationOf(service, objects);
  const settings = configuration === undefined ? undefined : at(configuration, 'spec', 'defaultConfiguration');
  return besides(objects, service)
    .filter((route) => /^(HTTP|GRPC|TLS|TCP|UDP)Route$/.test(route.source.manifest.kind) && leadsTo(route, service))
    .flatMap((route) => {
      const loadBalancer = loadBalancerOf(route, configuration !== undefined, objects);
      return loadBalancer === undefined ? [] : [toRoute({ object: route, service, loadBalancer }, settings, objects)];
    });
}

function toRoute(
  route: Pick<Route, 'object' | 'service' | 'loadBalancer'>,
  settings: Place | undefined,
  objects: readonly Place[],
): Route {
  return {
    ...route,
    targetType: {
      at: settings === undefined ? route.object : at(settings, 'targetType'),
      value: targetTypeOf(settings, objects),
    },
    delay: settings === undefined ? undefined : delayOf(settings),
  };
}

function leadsTo(route: Place, service: Place): boolean {
  return itemsOf(route, 'spec', 'rules')
    .flatMap((rule) => itemsOf(rule, 'backendRefs'))
    .some((backend) => textOf(backend, 'name') === service.source.manifest.name);
}

/** By the classes of its Gateways; where the input has none of them, by the controller's own configuration for the Service. */
function loadBalancerOf(route: Place, configured: boolean, objects: readonly Place[]): LoadBalancerKind | undefined {
  const classes = itemsOf(route, 'spec', 'parentRefs')
    .flatMap((parent) => find(objects, 'Gateway', textOf(parent, 'name')) ?? [])
    .flatMap((gateway) => find(objects, 'GatewayClass', textOf(gateway, 'spec', 'gatewayClassName')) ?? []);
  if (classes.length === 0 && configured) {
    return ['HTTPRoute', 'GRPCRoute'].includes(route.source.manifest.kind) ? 'alb' : 'nlb';
  }
  return classes
    .map((gatewayClass) => CONTROLLERS.get(textOf(gatewayClass, 'spec', 'controllerName')))
    .find((kind) => kind !== undefined);
}

function configurationOf(service: Place, objects: readonly Place[]): Place | undefined {
  return ofKind(besides(objects, service), 'TargetGroupConfiguration').find(
    (each) => textOf(each, 'spec', 'targetReference', 'name') === service.source.manifest.name,
  );
}

/** `instance` unless said, there or by a configuration that a LoadBalancerConfiguration makes the default of a Gateway. */
function targetTypeOf(settings: Place | undefined, objects: readonly Place[]): string | undefined {
  const said = settings === undefined ? undefined : textOf(settings, 'targetType');
  const defaults = ofKind(objects, 'TargetGroupConfiguration').some(
    (each) => !isThere(each, 'spec', 'targetReference'),
  );
  return said ?? (defaults ? undefined : 'instance');
}

function delayOf(settings: Place): Route['delay'] {
  const attribute = itemsOf(settings, 'targetGroupAttributes').find((each) => textOf(each, 'key') === DELAY_ATTRIBUTE);
  return attribute === undefined ? undefined : toDelay(attribute, textOf(attribute, 'value'));
}
