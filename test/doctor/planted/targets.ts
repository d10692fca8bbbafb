import { annotate, type Planted, plant } from './plant.ts';

export const TARGETS: readonly Planted[] = [
  plant(
    'targets',
    'warning',
    'a namespace without TargetGroupBindings',
    (world) => {
      world.bindings = [];
      world.spec.readinessGates = [];
    },
    /no target: the namespace has no TargetGroupBinding; a hold would end after 5 s/,
    { fix: /drain-wait\/target-groups/ },
  ),
  plant(
    'target-groups-annotation',
    'problem',
    'an annotation that is no ARN',
    (world) => annotate(world, { 'drain-wait/target-groups': 'web=8080' }),
    /'web=8080' is not the ARN of a target group/,
    { fix: /patch deployment web --patch .*"annotations":\{"drain-wait\/target-groups":"arn:aws:/ },
  ),
  plant(
    'target-type',
    'problem',
    'a binding of type instance',
    (world) => {
      for (const { spec } of world.bindings) spec.targetType = 'instance';
      world.spec.readinessGates = [];
    },
    /TargetGroupBinding web has the target type instance/,
    { fix: /^kubectl -n shop annotate service web alb\.ingress\.kubernetes\.io\/target-type=ip/, also: ['targets'] },
  ),
  plant(
    'target-type',
    'problem',
    'a binding of type instance behind an NLB',
    (world) => {
      for (const { spec } of world.bindings) spec.targetType = 'instance';
      world.spec.readinessGates = [];
    },
    /target type instance/,
    { shape: { loadBalancer: 'nlb' }, fix: /aws-load-balancer-nlb-target-type=ip/, also: ['targets'] },
  ),
  plant(
    'service-selector',
    'warning',
    'a Service that selects other pods',
    (world) => {
      for (const { spec } of world.services) if (spec !== undefined) spec.selector = { app: 'web2' };
      for (const slice of world.slices) slice.endpoints = [];
      world.spec.readinessGates = [];
    },
    /Service web, which selects \{"app":"web2"\}; the pod has \{"app":"web"/,
    { also: ['targets'] },
  ),
  plant(
    'service-selector',
    'warning',
    'a binding for a Service that does not exist',
    (world) => {
      world.services = [];
      world.slices = [];
      world.spec.readinessGates = [];
    },
    /Service web, which does not exist/,
    { also: ['targets'] },
  ),
  plant(
    'service-port',
    'problem',
    'a port that the Service does not have',
    (world) => {
      for (const { spec } of world.bindings) spec.serviceRef.port = 'https';
      world.spec.readinessGates = [];
    },
    /wants port https of Service web, which has 80 \(http\)/,
    { fix: /"serviceRef":\{"port":80\}/, also: ['targets'] },
  ),
  plant(
    'service-port',
    'problem',
    'a targetPort that no container has',
    (world) => {
      for (const port of world.services.flatMap(({ spec }) => spec?.ports ?? [])) port.targetPort = 'web';
      for (const slice of world.slices) slice.ports = [];
      world.spec.readinessGates = [];
    },
    /leads to web, which no container of the pod has/,
    { fix: /"ports":\[\{"name":"web"/, also: ['targets'] },
  ),
  plant(
    'not-in-slice',
    'problem',
    'EndpointSlices without the pod',
    (world) => {
      for (const slice of world.slices) slice.endpoints = [];
      world.spec.readinessGates = [];
    },
    /Service web selects the pod, and none of its EndpointSlices lists it/,
    { fix: /get endpointslices -l kubernetes\.io\/service-name=web/, also: ['targets'] },
  ),
];
