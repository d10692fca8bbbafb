import { annotationAt, annotationsOf, besides, find, ofKind } from '../objects.ts';
import { at, isThere, itemsOf, type Place, textOf } from '../place.ts';
import { delayIn } from './delay.ts';
import type { Route } from './routes.ts';

const PREFIX = 'alb.ingress.kubernetes.io/';
const AUTO_MODE = 'eks.amazonaws.com/alb';

/** Ingresses for which the controller makes an ALB. */
export function ingressRoutes(service: Place, objects: readonly Place[]): readonly Route[] {
  return ofKind(besides(objects, service), 'Ingress')
    .filter((ingress) => isAlb(ingress, objects) && backends(ingress).includes(service.source.manifest.name))
    .map((ingress) => ({
      object: ingress,
      service,
      loadBalancer: 'alb',
      targetType: targetTypeOf(ingress, service, objects),
      // The controller reads what belongs to one target group from the Service first.
      delay: delayIn([service, ingress], `${PREFIX}target-group-attributes`),
    }));
}

function classOf(ingress: Place): string | undefined {
  return textOf(ingress, 'spec', 'ingressClassName') ?? annotationsOf(ingress)['kubernetes.io/ingress.class'];
}

function isAlb(ingress: Place, objects: readonly Place[]): boolean {
  const controller = controllerOf(ingress, objects);
  if (controller !== undefined) return controller === 'ingress.k8s.aws/alb' || controller === AUTO_MODE;
  return classOf(ingress) === 'alb' || Object.keys(annotationsOf(ingress)).some((name) => name.startsWith(PREFIX));
}

function controllerOf(ingress: Place, objects: readonly Place[]): string | undefined {
  const ingressClass = find(objects, 'IngressClass', classOf(ingress));
  return ingressClass === undefined ? undefined : textOf(ingressClass, 'spec', 'controller');
}

/** The names of the Services that it leads to, by its rules, by default, or by an action in an annotation. */
function backends(ingress: Place): readonly string[] {
  const paths = itemsOf(ingress, 'spec', 'rules').flatMap((rule) => itemsOf(rule, 'http', 'paths'));
  const direct = [at(ingress, 'spec', 'defaultBackend'), ...paths.map((path) => at(path, 'backend'))];
  const actions = Object.entries(annotationsOf(ingress)).filter(([name]) => name.startsWith(`${PREFIX}actions.`));
  return [
    ...direct.flatMap((backend) => textOf(backend, 'service', 'name') ?? []),
    ...actions.flatMap(([, json]) =>
      [...json.matchAll(/"serviceName"\s*:\s*"([^"]+)"/g)].map(([, name]) => name ?? ''),
    ),
  ];
}

/** On the class, the Service or the Ingress, in this order; else `instance`, and in EKS Auto Mode for the cluster to say. */
function targetTypeOf(ingress: Place, service: Place, objects: readonly Place[]): Route['targetType'] {
  const annotation = `${PREFIX}target-type`;
  const places = [
    ...classParameters(ingress, objects).map((parameters) => at(parameters, 'spec', 'targetType')),
    annotationAt(service, annotation),
    annotationAt(ingress, annotation),
  ];
  const said = places.find((place) => isThere(place));
  if (said !== undefined) return { at: said, value: textOf(said) };
  const controller = controllerOf(ingress, objects);
  // A class of one's own may say it, too.
  const isKnown = controller === undefined ? classOf(ingress) === 'alb' : controller !== AUTO_MODE;
  return { at: annotationAt(ingress, annotation), value: isKnown ? 'instance' : undefined };
}

function classParameters(ingress: Place, objects: readonly Place[]): readonly Place[] {
  const ingressClass = find(objects, 'IngressClass', classOf(ingress));
  const name = ingressClass === undefined ? undefined : textOf(ingressClass, 'spec', 'parameters', 'name');
  return ofKind(objects, 'IngressClassParams').filter(({ source }) => source.manifest.name === name);
}
