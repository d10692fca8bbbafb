import type { Level } from '../../../src/doctor/finding.ts';
import { ARN, known, type Shape, type World } from '../facts.ts';

/** A healthy pod with one mistake. */
export interface Planted {
  readonly title: string;
  readonly shape: Shape;
  readonly change: (world: World) => void;
  readonly check: string;
  readonly level: Level;
  readonly says: RegExp;
  readonly fix?: RegExp;
  /** Other checks that it makes bad, too. */
  readonly also?: readonly string[];
}

export const INSIDE: Shape = { from: 'inside' };
export const ROLE = 'arn:aws:iam::210987654321:role/reader';

export function plant(
  check: string,
  level: Level,
  title: string,
  change: (world: World) => void,
  says: RegExp,
  more: Partial<Pick<Planted, 'fix' | 'shape' | 'also'>> = {},
): Planted {
  return { title, shape: {}, change, check, level, says, ...more };
}

export function setEnv(world: World, name: string, value: string): void {
  const env = (world.sidecar.env ?? []).filter((each) => each.name !== name);
  world.sidecar.env = [...env, { name, value }];
}

export function forbid(world: World, resource: string, verb: string): void {
  for (const each of world.permissions) {
    if (each.permission.resource === resource && each.permission.verb === verb) each.allowed = known(false);
  }
}

export function setHook(world: World, httpGet: { path?: string; port: number; host?: string; scheme?: string }): void {
  world.app.lifecycle = { preStop: { httpGet } };
}

export function setCondition(world: World, type: string, status: string): void {
  for (const condition of world.pod.status?.conditions ?? []) if (condition.type === type) condition.status = status;
}

export function setStatus(world: World, status: object): void {
  const statuses = world.pod.status?.initContainerStatuses ?? [];
  statuses[0] = { name: 'drain-wait', ready: true, restartCount: 0, image: '', imageID: '', ...status };
}

export function annotate(world: World, annotations: Record<string, string>): void {
  world.pod.metadata = { ...world.pod.metadata, annotations };
}

export function foreignBinding(world: World, role?: string): void {
  for (const { spec } of world.bindings) {
    spec.targetGroupARN = ARN.replace('123456789012', '210987654321');
    if (role !== undefined) spec.iamRoleArnToAssume = role;
  }
}

export const GATE = 'target-health.elbv2.k8s.aws/web';
