import { controllerDeployment, known } from '../facts.ts';
import { GATE, type Planted, plant, setCondition } from './plant.ts';

export const LIFE_CYCLE: readonly Planted[] = [
  plant(
    'readiness-gates',
    'note',
    'a pod made before the label',
    (world) => {
      world.spec.readinessGates = [];
    },
    /was made before that/,
    { fix: /rollout restart deployment\/web/ },
  ),
  plant(
    'readiness-gates',
    'note',
    'a namespace without the label',
    (world) => {
      world.spec.readinessGates = [];
      world.namespace = known({ metadata: { name: 'shop' } });
    },
    /no readiness gates\. Without gates a rollout may delete/,
    { fix: /kubectl label namespace shop elbv2\.k8s\.aws\/pod-readiness-gate-inject=enabled/ },
  ),
  plant(
    'readiness-gate-unknown',
    'problem',
    'a gate of no binding',
    (world) => {
      world.spec.readinessGates = [{ conditionType: 'target-health.elbv2.k8s.aws/old' }];
    },
    /target-health\.elbv2\.k8s\.aws\/old names no TargetGroupBinding/,
    { fix: /rollout restart/ },
  ),
  plant(
    'readiness-gate-stuck',
    'warning',
    'a gate that stays False',
    (world) => setCondition(world, GATE, 'False'),
    /is not True, and AWS says that the target is healthy/,
    { fix: /describe targetgroupbinding web/ },
  ),
  plant(
    'rollout-empties',
    'warning',
    'a single replica that goes first',
    (world) => {
      if (world.owner.kind === 'known' && world.owner.value?.spec !== undefined) {
        const rollingUpdate = { maxUnavailable: 1, maxSurge: 0 };
        Object.assign(world.owner.value.spec, { replicas: 1, strategy: { type: 'RollingUpdate', rollingUpdate } });
      }
    },
    /Deployment shop\/web has one replica/,
    { fix: /"maxUnavailable":0,"maxSurge":1/ },
  ),
  plant(
    'controller',
    'problem',
    'a controller without replicas',
    (world) => {
      const deployment = controllerDeployment('v3.5.0', 0);
      if (deployment.spec !== undefined) deployment.spec.replicas = 0;
      world.controller = known(deployment);
    },
    /kube-system\/aws-load-balancer-controller does not run: 0 of 0/,
    { fix: /kubectl -n kube-system scale deployment\/aws-load-balancer-controller --replicas 2/ },
  ),
  plant(
    'controller',
    'note',
    'EKS Auto Mode',
    (world) => {
      world.bindingGroups = ['eks.amazonaws.com'];
      world.controller = known(undefined);
    },
    /EKS Auto Mode/,
  ),
  plant(
    'controller',
    'unknown',
    'a controller with other labels',
    (world) => {
      world.controller = known(undefined);
    },
    /no Deployment has the label/,
  ),
  plant(
    'controller-version',
    'note',
    'a controller with the old rates',
    (world) => {
      world.controller = known(controllerDeployment('v2.13.4'));
    },
    /v2\.13\.4: before v3\.2\.0/,
  ),
  plant(
    'controller-version',
    'problem',
    'a controller without TargetGroupBindings',
    (world) => {
      world.controller = known(controllerDeployment('v1.1.9'));
    },
    /v1\.1\.9, which makes no TargetGroupBindings/,
  ),
  plant(
    'node-unknown',
    'warning',
    'a lost node',
    (world) => {
      world.node = known({ status: { conditions: [{ type: 'Ready', status: 'Unknown' }] } });
    },
    /node node-1 is Ready=Unknown/,
  ),
  plant(
    'host-network',
    'note',
    'a pod on the network of its node',
    (world) => {
      world.spec.hostNetwork = true;
    },
    /hostNetwork/,
  ),
  plant(
    'mesh',
    'warning',
    'an Istio proxy in the way',
    (world) => {
      world.spec.containers.push({ name: 'istio-proxy', image: 'proxyv2' });
    },
    /Istio: the calls of the sidecar go through istio-proxy/,
    { fix: /traffic\.sidecar\.istio\.io\/excludeOutboundPorts/ },
  ),
  plant(
    'mesh',
    'warning',
    'a Linkerd proxy in the way',
    (world) => {
      world.spec.initContainers?.push({ name: 'linkerd-proxy', image: 'proxy', restartPolicy: 'Always' });
    },
    /Linkerd/,
    { fix: /config\.linkerd\.io\/skip-outbound-ports/ },
  ),
];
