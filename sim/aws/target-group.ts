import { createHash } from 'node:crypto';

/** The account that every credential belongs to, except those given out for a role of another one. */
export const defaultAccount = '123456789012';
export const defaultRegion = 'eu-west-1';

export interface TargetGroupOptions {
  readonly name: string;
  readonly region?: string;
  readonly account?: string;
  /** What routes to the group. Absent: nothing does, and its targets are `unused`. */
  readonly loadBalancer?: 'alb' | 'nlb';
  /** Absent: `TCP` behind an NLB, else `HTTP`. */
  readonly protocol?: string;
  /** The port of a target that is named without one. Absent: 80. */
  readonly port?: number;
  readonly targetType?: 'ip' | 'instance';
  readonly ipAddressType?: 'ipv4' | 'ipv6';
  /** How long a new target is `initial`. Absent: 0. */
  readonly healthyAfterMs?: number;
  /** How long a deregistered target shows as `draining`. Absent: 300 s, the default of AWS. */
  readonly deregistrationDelayMs?: number;
  /**
   * How long the load balancer still routes to a deregistered target. Absent: 17 s for an ALB, 120 s for an NLB,
   * as users measured (aws-load-balancer-controller #2366).
   */
  readonly routesForMs?: number;
}

/** A target group with every default filled in. */
export interface TargetGroup extends Required<Omit<TargetGroupOptions, 'loadBalancer'>> {
  readonly arn: string;
  readonly loadBalancer: 'alb' | 'nlb' | undefined;
  readonly loadBalancerArns: readonly string[];
}

/** The ARN that AWS would give to a target group of this name: the same one for the same name, Region and account. */
export function targetGroupArn({
  name,
  region = defaultRegion,
  account = defaultAccount,
}: Pick<TargetGroupOptions, 'name' | 'region' | 'account'>): string {
  return elbArn(region, account, `targetgroup/${name}`);
}

/** The account in any ARN. */
export function accountOf(arn: string): string {
  return arn.split(':')[4] ?? '';
}

export function createTargetGroup(options: TargetGroupOptions): TargetGroup {
  const { name, region = defaultRegion, account = defaultAccount, loadBalancer } = options;
  return {
    protocol: loadBalancer === 'nlb' ? 'TCP' : 'HTTP',
    port: 80,
    targetType: 'ip',
    ipAddressType: 'ipv4',
    healthyAfterMs: 0,
    deregistrationDelayMs: 300_000,
    routesForMs: loadBalancer === 'nlb' ? 120_000 : 17_000,
    ...options,
    region,
    account,
    arn: targetGroupArn(options),
    loadBalancer,
    loadBalancerArns: loadBalancer === undefined ? [] : [loadBalancerArn(region, account, loadBalancer, name)],
  };
}

function loadBalancerArn(region: string, account: string, kind: 'alb' | 'nlb', name: string): string {
  return elbArn(region, account, `loadbalancer/${kind === 'alb' ? 'app' : 'net'}/${name}`);
}

function elbArn(region: string, account: string, resource: string): string {
  const unique = createHash('sha256').update(`${region} ${account} ${resource}`).digest('hex').slice(0, 16);
  return `arn:aws:elasticloadbalancing:${region}:${account}:${resource}/${unique}`;
}
