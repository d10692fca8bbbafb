import type { Clock } from '../../src/core/ports.ts';
import type { Timeline } from '../timeline.ts';
import { AwsError } from './aws-error.ts';
import { createTargetGroup, type TargetGroup, type TargetGroupOptions } from './target-group.ts';
import { createTargets, type Target, type TargetDescription, type TargetHealth, type Targets } from './targets.ts';

/**
 * Elastic Load Balancing as far as the end of a target matters: target groups, their targets, and what is still routed
 * to. Methods that name an unknown target group throw the AwsError TargetGroupNotFound.
 */
export interface Elbv2 {
  createTargetGroup(options: TargetGroupOptions): TargetGroup;
  deleteTargetGroup(arn: string): void;
  targetGroups(): readonly TargetGroup[];
  /** A target that is registered already stays as it is; a draining one starts anew. */
  registerTargets(arn: string, targets: readonly Target[]): void;
  /** An absent or draining target is no error. Without a load balancer the target is gone at once. */
  deregisterTargets(arn: string, targets: readonly Target[]): void;
  /**
   * The asked targets, unknown ones too, or all that are registered or draining when none is asked for.
   * Throws the AwsError InvalidTarget where `setInvalid` says so.
   */
  describeTargetHealth(arn: string, asked?: readonly Target[]): readonly TargetDescription[];
  /** Shows `health` for a registered target until its state changes. */
  setHealth(arn: string, target: Target, health: TargetHealth): void;
  /** Until the target is registered (again), asking for it fails with InvalidTarget. */
  setInvalid(arn: string, target: Target): void;
  /** Whether the data plane sends new requests to the target: from its registration until some time after its end. */
  isRouting(arn: string, target: Target): boolean;
  /**
   * The targets that new requests are sent to now: the healthy ones, and those that are draining or already gone from the
   * API but are still routed to. Where there is none of these the group fails open: then the unhealthy ones. None for an
   * unknown target group.
   */
  routable(arn: string): readonly Required<Target>[];
  /** Ends everything that is under way. */
  close(): void;
}

export function createElbv2({ clock, timeline }: { readonly clock: Clock; readonly timeline: Timeline }): Elbv2 {
  const groups = new Map<string, { readonly group: TargetGroup; readonly targets: Targets }>();

  function targetsOf(arn: string): Targets {
    const found = groups.get(arn);
    if (found === undefined) throw new AwsError('TargetGroupNotFound', `Target groups '${arn}' not found`);
    return found.targets;
  }

  return {
    createTargetGroup(options) {
      const group = createTargetGroup(options);
      groups.set(group.arn, { group, targets: createTargets({ clock, timeline, group }) });
      return group;
    },
    deleteTargetGroup(arn) {
      targetsOf(arn).close();
      groups.delete(arn);
    },
    targetGroups() {
      return [...groups.values()].map(({ group }) => group);
    },
    registerTargets(arn, asked) {
      const targets = targetsOf(arn);
      for (const target of asked) targets.register(target);
    },
    deregisterTargets(arn, asked) {
      const targets = targetsOf(arn);
      for (const target of asked) targets.deregister(target);
    },
    describeTargetHealth(arn, asked = []) {
      return targetsOf(arn).describe(asked);
    },
    setHealth(arn, target, health) {
      targetsOf(arn).setHealth(target, health);
    },
    setInvalid(arn, target) {
      targetsOf(arn).setInvalid(target);
    },
    isRouting(arn, target) {
      return groups.get(arn)?.targets.isRouting(target) ?? false;
    },
    routable(arn) {
      return groups.get(arn)?.targets.routable() ?? [];
    },
    close() {
      for (const { targets } of groups.values()) targets.close();
    },
  };
}
