import { type TargetGroup, type TargetGroupOptions, targetGroupArn } from '../aws/target-group.ts';
import type { Target, TargetHealth } from '../aws/targets.ts';
import { apiRoutes } from './api-routes.ts';
import { milliseconds, object, oneOf, optional, port, Refusal, read, text } from './check.ts';
import type { Elbv2Parts } from './parts.ts';
import { done, json, type Route } from './route.ts';

const targetGroupOptions = object<TargetGroupOptions>({
  name: text,
  region: optional(text),
  account: optional(text),
  loadBalancer: optional(oneOf('alb', 'nlb')),
  protocol: optional(text),
  port: optional(port),
  targetType: optional(oneOf('ip', 'instance')),
  ipAddressType: optional(oneOf('ipv4', 'ipv6')),
  healthyAfterMs: optional(milliseconds),
  deregistrationDelayMs: optional(milliseconds),
  routesForMs: optional(milliseconds),
});
const target = object<Target>({ id: text, port: optional(port) });

interface ShownTarget {
  readonly target: Target;
  readonly health: TargetHealth;
}

const shownTarget = object<ShownTarget>({
  target,
  // Any state: what a client makes of a value that it does not know is worth trying.
  health: object<TargetHealth>({ state: text, reason: optional(text) }),
});

export const elbv2Routes: readonly Route<Elbv2Parts>[] = [
  {
    method: 'GET',
    path: '/elbv2/target-groups',
    about: 'Every target group with its targets, their health, and whether the load balancer still routes to them',
    handle: (parts) => json(parts.elbv2.targetGroups().map((group) => describe(parts, group))),
  },
  {
    method: 'POST',
    path: '/elbv2/target-groups',
    about:
      'Creates a target group; also takes `region`, `account`, `protocol`, `port`, `targetType`, `ipAddressType`, ' +
      '`healthyAfterMs`, `deregistrationDelayMs`, `routesForMs`',
    example: { name: 'web', loadBalancer: 'alb' },
    handle({ elbv2 }, { body }) {
      const options = read<TargetGroupOptions>(targetGroupOptions, body);
      const arn = targetGroupArn(options);
      if (elbv2.targetGroups().some((group) => group.arn === arn)) {
        throw new Refusal(
          409,
          `body.name: there is a target group ${arn} already. Expected another name, Region or account.`,
        );
      }
      return json(elbv2.createTargetGroup(options), 201);
    },
  },
  {
    method: 'DELETE',
    path: '/elbv2/target-groups/:group',
    about: 'Deletes the target group of this name (or URL-encoded ARN)',
    handle(parts, _, group) {
      parts.elbv2.deleteTargetGroup(find(parts, group).arn);
      return done;
    },
  },
  {
    method: 'PUT',
    path: '/elbv2/target-groups/:group/health',
    about: 'Shows this health for a registered target until its state changes; any `state`, unknown ones too',
    example: { target: { id: '10.1.0.1', port: 8080 }, health: { state: 'unhealthy', reason: 'Target.Timeout' } },
    handle(parts, { body }, group) {
      const { arn } = find(parts, group);
      const { target, health } = read<ShownTarget>(shownTarget, body);
      if (!isRegistered(parts, arn, target)) {
        throw new Refusal(409, `body.target: ${target.id} is not registered in ${group}, so it has no health.`);
      }
      parts.elbv2.setHealth(arn, target, health);
      return done;
    },
  },
  {
    method: 'PUT',
    path: '/elbv2/target-groups/:group/invalid',
    about: 'Asking for this target fails with InvalidTarget until it is registered again',
    example: { id: '10.1.0.1', port: 8080 },
    handle(parts, { body }, group) {
      const { arn } = find(parts, group);
      parts.elbv2.setInvalid(arn, read<Target>(target, body));
      return done;
    },
  },
  ...apiRoutes('elbv2', {
    fault: { kind: 'status', status: 400, code: 'Throttling' },
    match: 'DescribeTargetHealth',
    forMs: 30_000,
  }),
];

function find({ elbv2 }: Elbv2Parts, nameOrArn: string): TargetGroup {
  const found = elbv2.targetGroups().filter(({ name, arn }) => name === nameOrArn || arn === nameOrArn);
  const [group, another] = found;
  if (group === undefined) {
    throw new Refusal(404, `There is no target group ${nameOrArn}. GET /elbv2/target-groups lists them.`);
  }
  if (another !== undefined) {
    throw new Refusal(
      409,
      `${nameOrArn} is the name of several target groups. Expected one of ${found.map(({ arn }) => arn).join(', ')}.`,
    );
  }
  return group;
}

function describe({ elbv2 }: Elbv2Parts, group: TargetGroup): unknown {
  const targets = elbv2
    .describeTargetHealth(group.arn)
    .map(({ target, health }) => ({ target, health, routing: elbv2.isRouting(group.arn, target) }));
  return { ...group, targets };
}

function isRegistered({ elbv2 }: Elbv2Parts, arn: string, { id, port }: Target): boolean {
  const group = elbv2.targetGroups().find((one) => one.arn === arn);
  return elbv2
    .describeTargetHealth(arn)
    .some(({ target }) => target.id === id && target.port === (port ?? group?.port));
}
