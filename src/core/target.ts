export type LoadBalancerKind = 'alb' | 'nlb';
export type IpFamily = 'ipv4' | 'ipv6';

/** A role to assume for target groups of another account (TargetGroupBinding `iamRoleArnToAssume`). */
export interface AssumedRole {
  readonly arn: string;
  readonly externalId: string | undefined;
}

/** Which target group, as far as it is known. One of `arn` and `name` is always there. */
export interface TargetGroupRef {
  readonly arn: string | undefined;
  readonly name: string | undefined;
  /** Absent until DescribeTargetGroups tells. */
  readonly loadBalancer: LoadBalancerKind | undefined;
  readonly role: AssumedRole | undefined;
}

/** One IP target of this pod. Without `port` it is whatever port the target group has for the IP. */
export interface TargetAddress {
  readonly ip: string;
  readonly port: number | undefined;
}

/** Everything that is known of one target group and this pod's targets in it. */
export interface GroupTargets {
  readonly group: TargetGroupRef;
  readonly addresses: readonly TargetAddress[];
}

/** What makes two references the same target group. */
export function groupKey({ arn, name, role }: TargetGroupRef): string {
  return arn ?? `${name}@${role?.arn ?? ''}`;
}

/** What people call the target group: its ARN, or its name where only that is known. */
export function groupName({ arn, name }: TargetGroupRef): string {
  return arn ?? name ?? '';
}

export function ipFamily(ip: string): IpFamily {
  return ip.includes(':') ? 'ipv6' : 'ipv4';
}

/** One spelling for each IPv6 address, so that `fd00:0::7` and `FD00::7` are the same target. */
export function canonicalIp(ip: string): string {
  if (ipFamily(ip) === 'ipv4') return ip;
  try {
    return new URL(`http://[${ip}]/`).hostname.slice(1, -1);
  } catch {
    return ip;
  }
}

export function sameIp(a: string, b: string): boolean {
  return canonicalIp(a) === canonicalIp(b);
}

export interface TargetGroupArn {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
  readonly name: string;
}

const TARGET_GROUP_ARN =
  /^arn:(aws[a-z-]*):elasticloadbalancing:([a-z0-9-]+):(\d{12}):targetgroup\/([A-Za-z0-9-]{1,32})\/[0-9A-Za-z]+$/;

/** The parts of a target group's ARN; undefined where it is none. */
export function parseTargetGroupArn(arn: string): TargetGroupArn | undefined {
  const [, partition, region, account, name] = TARGET_GROUP_ARN.exec(arn) ?? [];
  if (partition === undefined || region === undefined || account === undefined || name === undefined) return undefined;
  return { partition, region, account, name };
}

/** A target group named by the user, in the setting or the pod's annotation. */
export interface NamedTargetGroup {
  readonly arn: string;
  readonly port: number | undefined;
}

/**
 * Reads `arn=port, arn` (the port may be left out: match by IP).
 * Throws a RangeError that says which entry is wrong.
 */
export function parseTargetGroups(text: string): readonly NamedTargetGroup[] {
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .map(parseNamedTargetGroup);
}

function parseNamedTargetGroup(entry: string): NamedTargetGroup {
  const [arn = '', port, ...rest] = entry.split('=');
  if (parseTargetGroupArn(arn) === undefined || rest.length > 0) {
    throw new RangeError(`'${entry}' is not the ARN of a target group, with or without =port`);
  }
  if (port === undefined) return { arn, port: undefined };
  if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535) {
    throw new RangeError(`'${port}' in '${entry}' is not a port from 1 to 65535`);
  }
  return { arn, port: Number(port) };
}

/** Joins what several sources found: one entry for each target group, each address once. */
export function mergeGroups(found: readonly GroupTargets[]): readonly GroupTargets[] {
  return [...Map.groupBy(found, ({ group }) => groupKey(group)).values()].flatMap((same) => {
    const [first, ...others] = same;
    if (first === undefined) return [];
    const group = others.reduce((known, next) => joinRefs(known, next.group), first.group);
    return [{ group, addresses: mergeAddresses(same.flatMap(({ addresses }) => addresses)) }];
  });
}

function joinRefs(a: TargetGroupRef, b: TargetGroupRef): TargetGroupRef {
  return { ...a, loadBalancer: a.loadBalancer ?? b.loadBalancer, role: a.role ?? b.role };
}

/** An address without a port gives way to one of the same IP with a port. In one pass: an annotation can name thousands. */
export function mergeAddresses(addresses: readonly TargetAddress[]): readonly TargetAddress[] {
  const all = addresses.map(({ ip, port }) => ({ ip: canonicalIp(ip), port }));
  const withPort = new Set(all.filter(({ port }) => port !== undefined).map(({ ip }) => ip));
  const wanted = all.filter(({ ip, port }) => port !== undefined || !withPort.has(ip));
  return [...new Map(wanted.map((address) => [`${address.ip} ${address.port}`, address])).values()];
}
