import { unknown } from '../facts.ts';
import { forbid, foreignBinding, INSIDE, type Planted, plant, ROLE } from './plant.ts';

export const PERMISSIONS: readonly Planted[] = [
  plant(
    'kubernetes-permission',
    'problem',
    'a read that the Role lacks',
    (world) => forbid(world, 'endpointslices', 'list'),
    /shop\/web may not list endpointslices\.discovery\.k8s\.io/,
    { fix: /- \{ apiGroups: \["discovery\.k8s\.io"\], resources: \[endpointslices\], verbs: \[list\] \}/ },
  ),
  plant(
    'kubernetes-permission',
    'problem',
    'a read that is refused although the review allows it',
    (world) => {
      for (const each of world.permissions) {
        if (each.permission.resource === 'services') each.read = unknown('403', 'denied');
      }
    },
    /may not get services/,
    { shape: INSIDE, fix: /resources: \[services\]/ },
  ),
  plant(
    'kubernetes-permission',
    'unknown',
    'reviews that nobody may ask for',
    (world) => {
      for (const each of world.permissions) each.allowed = unknown('you may not create subjectaccessreviews', 'denied');
    },
    /whether it may get pods, get services, .*: you may not create/,
  ),
  plant(
    'kubernetes-events',
    'note',
    'no right to write Events',
    (world) => forbid(world, 'events', 'create'),
    /may not create events\.events\.k8s\.io/,
    { fix: /events\.k8s\.io/ },
  ),
  plant(
    'kubernetes-api',
    'problem',
    'an API server out of reach',
    (world) => {
      for (const each of world.permissions) each.allowed = unknown('connect ETIMEDOUT', 'unreachable');
    },
    /cannot ask the API server anything: connect ETIMEDOUT/,
    { shape: INSIDE, fix: /kind: NetworkPolicy\n.*namespace: shop/s },
  ),
  plant(
    'kubernetes-api',
    'problem',
    'a token that nobody knows',
    (world) => {
      for (const each of world.permissions) each.allowed = unknown('401', 'unauthenticated');
    },
    /cannot ask the API server anything: 401/,
    { shape: INSIDE, fix: /drain-wait-token/ },
  ),
  plant(
    'pod',
    'problem',
    'a pod that could not be read',
    (world) => {
      delete world.pod.spec;
      forbid(world, 'pods', 'get');
    },
    /could not be read/,
    { shape: INSIDE, fix: /service account/, also: ['kubernetes-permission'] },
  ),
  plant(
    'aws-permission',
    'problem',
    'a role without the policy',
    (world) => {
      world.health = unknown('AccessDenied', 'denied');
      world.description = unknown('AccessDenied', 'denied');
    },
    /assumed-role\/web\/.* may not call DescribeTargetHealth and DescribeTargetGroups/,
    { shape: INSIDE, fix: /"elasticloadbalancing:DescribeTargetHealth"/ },
  ),
  plant(
    'assume-role',
    'problem',
    'a role of another account that does not trust the pod',
    (world) => {
      foreignBinding(world, ROLE);
      world.health = unknown('AssumeRole: AccessDenied', 'denied');
      world.description = unknown('AssumeRole: AccessDenied', 'denied');
    },
    /with the role arn:aws:iam::210987654321:role\/reader AWS refuses DescribeTargetHealth/,
    { shape: INSIDE, fix: /"AWS":"arn:aws:iam::123456789012:role\/web"/ },
  ),
];
