import { known } from '../facts.ts';
import { type Planted, plant, setEnv } from './plant.ts';

export const TIME: readonly Planted[] = [
  plant(
    'grace-short',
    'problem',
    'a grace period with which every hold ends at the deadline',
    (world) => {
      world.spec.terminationGracePeriodSeconds = 30;
      setEnv(world, 'DRAIN_WAIT_GRACE_PERIOD', '30s');
    },
    /is 30 s, and 52 s are needed: lag 20 s \+ settle 20 s \(ALB\)/,
    { fix: /"terminationGracePeriodSeconds":60/ },
  ),
  plant(
    'grace-short',
    'warning',
    'a grace period without room for the lag',
    (world) => {
      world.spec.terminationGracePeriodSeconds = 40;
      setEnv(world, 'DRAIN_WAIT_GRACE_PERIOD', '40s');
    },
    /is 40 s, and 52 s are needed/,
    { fix: /"DRAIN_WAIT_GRACE_PERIOD","value":"60s"/ },
  ),
  plant(
    'grace-short',
    'problem',
    'the grace period of an ALB behind an NLB',
    (world) => {
      world.spec.terminationGracePeriodSeconds = 60;
      setEnv(world, 'DRAIN_WAIT_GRACE_PERIOD', '60s');
    },
    /152 s are needed/,
    { shape: { loadBalancer: 'nlb' }, fix: /"terminationGracePeriodSeconds":160/ },
  ),
  plant(
    'grace-mismatch',
    'warning',
    'two grace periods',
    (world) => setEnv(world, 'DRAIN_WAIT_GRACE_PERIOD', '90s'),
    /DRAIN_WAIT_GRACE_PERIOD is 90 s, and the pod has 60 s/,
    { fix: /"DRAIN_WAIT_GRACE_PERIOD","value":"60s"/ },
  ),
  plant(
    'deregistration-delay-short',
    'warning',
    'a deregistration delay of 5 s',
    (world) => {
      world.deregistrationDelayMs = known(5_000);
    },
    /has a deregistration delay of 5 s, shorter than the settle time of 20 s/,
    {
      fix: /annotate service web alb\.ingress\.kubernetes\.io\/target-group-attributes=deregistration_delay.timeout_seconds=20/,
    },
  ),
  plant(
    'deregistration-delay-long',
    'problem',
    'DRAIN_WAIT_UNTIL=gone with the default delay',
    (world) => setEnv(world, 'DRAIN_WAIT_UNTIL', 'gone'),
    /the deregistration delay is 300 s, and the grace period leaves 28 s for it/,
    { fix: /"terminationGracePeriodSeconds":332/ },
  ),
];
