import type { ShopOptions } from '../command-workload.ts';
import { type Planted, refuse, withSidecar } from './planted.ts';

const FOREIGN_ROLE = 'arn:aws:iam::210987654321:role/targets';
const foreign = (binding: object): ShopOptions => ({
  roles: [],
  bound: { group: { account: '210987654321' }, binding },
});

export const IDENTITY_AND_PERMISSIONS: Readonly<Record<string, Planted>> = {
  'the role of the node instead of one of its own': {
    from: 'inside',
    env: ({ credentials }) => ({ ...credentials.podIdentity.env, ...credentials.nodeRole.env }),
    check: 'credentials',
    level: 'warning',
    message: /role of its node: .*node-role\/i-/,
    fix: /create-pod-identity-association .*--namespace default --service-account default/,
  },
  'no credentials at all': {
    from: 'inside',
    env: ({ credentials }) => credentials.none.env,
    check: 'credentials',
    level: 'problem',
    fix: /create-pod-identity-association/,
  },
  'a pod without what the webhook of Pod Identity adds': {
    options: {
      pod: withSidecar(({ env = [] }) => ({ env: env.filter(({ name }) => !name.startsWith('AWS_CONTAINER')) })),
    },
    check: 'credentials',
    level: 'warning',
    fix: /annotate serviceaccount default eks\.amazonaws\.com\/role-arn/,
  },
  'a target group of another account': {
    from: 'inside',
    options: foreign({}),
    check: 'account',
    level: 'problem',
    fix: /iamRoleArnToAssume/,
  },
  'a role of the other account that may not be assumed': {
    from: 'inside',
    options: foreign({ iamRoleArnToAssume: FOREIGN_ROLE }),
    check: 'assume-role',
    level: 'problem',
    fix: /sts:AssumeRole/,
  },
  'a target group by name, and no Region': {
    from: 'inside',
    options: { bound: { binding: { targetGroupARN: undefined, targetGroupName: 'web' } as never } },
    env: { AWS_REGION: '' },
    check: 'region',
    level: 'problem',
    fix: /AWS_REGION/,
  },
  'a token volume that is not there': {
    from: 'inside',
    env: { DRAIN_WAIT_SERVICE_ACCOUNT_DIR: '/nonexistent' },
    check: 'kubernetes-api',
    level: 'problem',
    message: /there is no service account token at \/nonexistent/,
    fix: /drain-wait-token/,
    also: ['pod'],
  },
  'an API server that cannot be reached': {
    from: 'inside',
    plant: ({ cluster }) => cluster.kubernetesTls.close(),
    check: 'kubernetes-api',
    level: 'problem',
    fix: /kind: NetworkPolicy/,
    also: ['pod'],
  },
  'a pod that may not read itself': {
    from: 'inside',
    plant: ({ cluster }) => cluster.kubernetes.deny('pods', 'get'),
    check: 'kubernetes-permission',
    level: 'problem',
    fix: /\{ apiGroups: \[""\], resources: \[pods\], verbs: \[get\] \}/,
    also: ['pod'],
  },
  'a Role without EndpointSlices': {
    from: 'inside',
    plant: ({ cluster }) => cluster.kubernetes.deny('endpointslices.discovery.k8s.io', 'list'),
    check: 'kubernetes-permission',
    level: 'problem',
    fix: /\{ apiGroups: \["discovery.k8s.io"\], resources: \[endpointslices\], verbs: \[list\] \}/,
  },
  'the same, seen by a person who may': {
    plant: ({ cluster }) =>
      cluster.kubernetes.deny('endpointslices.discovery.k8s.io', 'list', 'system:serviceaccount:default:default'),
    check: 'kubernetes-permission',
    level: 'problem',
    fix: /resources: \[endpointslices\]/,
  },
  'a Role without Events': {
    from: 'inside',
    plant: ({ cluster }) => cluster.kubernetes.deny('events.events.k8s.io', 'create'),
    check: 'kubernetes-events',
    level: 'note',
    fix: /verbs: \[create\]/,
  },
  'a role that may not describe targets': {
    from: 'inside',
    plant: (shop) => refuse(shop, 'DescribeTargetHealth', 'AccessDenied'),
    check: 'aws-permission',
    level: 'problem',
    message: /may not call DescribeTargetHealth$/,
    fix: /"Action": \["elasticloadbalancing:DescribeTargetHealth"/,
  },
};
