import { health, known, unknown } from '../facts.ts';
import { foreignBinding, INSIDE, type Planted, plant, setCondition } from './plant.ts';

export const LOAD_BALANCER: readonly Planted[] = [
  plant(
    'target-group',
    'problem',
    'a target group that is no more',
    (world) => {
      world.health = known({ kind: 'no-such-group' });
      world.description = unknown('TargetGroupNotFound', 'not-found');
    },
    /the target group k8s-shop-web-1a2b \(ALB\) does not exist/,
  ),
  plant(
    'target-group',
    'unknown',
    'a target group of another account than the person',
    (world) => foreignBinding(world),
    /is of another account than arn:aws:sts::123456789012/,
  ),
  plant(
    'target-group',
    'unknown',
    'a throttled call',
    (world) => {
      world.health = unknown('DescribeTargetHealth: Rate exceeded', 'throttled');
    },
    /Rate exceeded/,
    { shape: INSIDE },
  ),
  plant(
    'target-health',
    'warning',
    'failing health checks',
    (world) => {
      world.health = health('unhealthy', { reason: 'Target.FailedHealthChecks' });
    },
    /10\.1\.0\.7:8080 is unhealthy \(Target\.FailedHealthChecks\)/,
    { fix: /aws elbv2 describe-target-health --target-group-arn arn:aws:elasticloadbalancing/ },
  ),
  plant(
    'target-health',
    'warning',
    'a deregistration of a pod that is not deleted',
    (world) => {
      world.health = health('draining');
    },
    /it is being deregistered, and the pod is not being deleted/,
  ),
  plant(
    'target-health',
    'note',
    'first health checks',
    (world) => {
      world.health = health('initial', { reason: 'Elb.InitialHealthChecking' });
    },
    /first health checks/,
  ),
  plant(
    'target-health',
    'note',
    'a target group that no listener uses',
    (world) => {
      world.health = health('unused', { reason: 'Target.NotInUse' });
    },
    /no listener uses the target group/,
  ),
  plant(
    'target-port',
    'problem',
    'a target under another port',
    (world) => {
      world.health = health('healthy', { port: 9090 });
    },
    /has 10\.1\.0\.7 under port 9090, and not under 8080/,
    { fix: /deregister-targets --target-group-arn .*--targets Id=10\.1\.0\.7,Port=9090/ },
  ),
  plant(
    'target-not-registered',
    'problem',
    'a ready pod that is not registered',
    (world) => {
      world.health = known({ kind: 'targets', targets: [] });
    },
    /does not have 10\.1\.0\.7:8080/,
    { fix: /describe targetgroupbindings/ },
  ),
  plant(
    'target-not-registered',
    'note',
    'a pod whose containers are not ready yet',
    (world) => {
      world.health = known({ kind: 'targets', targets: [] });
      setCondition(world, 'ContainersReady', 'False');
    },
    /containers are not ready yet/,
  ),
  plant(
    'publish-not-ready',
    'problem',
    'a Service that publishes not-ready addresses',
    (world) => {
      for (const { spec } of world.services) if (spec !== undefined) spec.publishNotReadyAddresses = true;
    },
    /Service web publishes not-ready addresses/,
    {
      fix: /^kubectl -n shop patch service web --type merge --patch '\{"spec":\{"publishNotReadyAddresses":false\}\}'$/,
    },
  ),
];
