import { known, unknown } from '../facts.ts';
import { foreignBinding, INSIDE, type Planted, plant } from './plant.ts';

export const IDENTITY: readonly Planted[] = [
  plant(
    'credentials',
    'warning',
    'the role of the node, from inside',
    (world) => {
      world.identity.source = 'node-role-or-none';
      const arn = 'arn:aws:sts::123456789012:assumed-role/eks-node/i-0123456789abcdef0';
      world.identity.caller = known({ account: '123456789012', arn });
    },
    /has the role of its node: .*i-0123/,
    { shape: INSIDE, fix: /aws eks create-pod-identity-association .*--namespace shop --service-account web/ },
  ),
  plant(
    'credentials',
    'warning',
    'no injected credentials, from outside',
    (world) => {
      world.identity.source = 'node-role-or-none';
    },
    /gives the sidecar no AWS credentials/,
    { fix: /annotate serviceaccount web eks\.amazonaws\.com\/role-arn=/ },
  ),
  plant(
    'credentials',
    'problem',
    'no credentials at all',
    (world) => {
      world.identity.source = 'node-role-or-none';
      world.identity.caller = unknown('no credentials', 'denied');
      world.health = unknown('no credentials', 'denied');
      world.description = unknown('no credentials', 'denied');
    },
    /has no AWS credentials/,
    { shape: INSIDE, fix: /rollout restart deployment\/web/ },
  ),
  plant(
    'credentials',
    'note',
    'keys in the environment',
    (world) => {
      world.identity.source = 'static-keys';
    },
    /static keys/,
  ),
  plant(
    'account',
    'problem',
    'a target group of another account without a role',
    (world) => foreignBinding(world),
    /of account 210987654321, and the sidecar of account 123456789012/,
    { shape: INSIDE, fix: /patch targetgroupbinding web --type merge .*iamRoleArnToAssume/ },
  ),
  plant(
    'region',
    'problem',
    'a target group by name without a Region',
    (world) => {
      world.identity.region = undefined;
      for (const { spec } of world.bindings) {
        delete spec.targetGroupARN;
        spec.targetGroupName = 'web-by-name';
      }
    },
    /given by its name, and AWS_REGION is not set/,
    { fix: /AWS_REGION/ },
  ),
  plant(
    'region',
    'note',
    'a target group of another Region',
    (world) => {
      world.identity.region = 'us-east-1';
    },
    /is in eu-west-1, and AWS_REGION is us-east-1/,
  ),
];
