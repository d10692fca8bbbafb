import type { Clock, Random } from '../../src/core/ports.ts';
import { AwsError } from '../aws/aws-error.ts';
import type { Elbv2Caller } from '../aws/elbv2-caller.ts';
import type { Timeline } from '../timeline.ts';
import type { WantedTarget } from '../wanted-targets.ts';
import { createControllerClient } from './client.ts';
import { createTargetsCache } from './targets-cache.ts';
import { createWorkQueue } from './work-queue.ts';

/** The most targets of one Register or Deregister call (aws-load-balancer-controller: targets_manager.go). */
const MOST_TARGETS_IN_CALL = 200;

export interface ReconcilerOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly timeline: Pick<Timeline, 'record'>;
  readonly elbv2: Elbv2Caller;
}

/** Makes target groups as they are wanted, by its queue, under its lock and at the pace of its throttled calls. */
export interface Reconciler {
  want(target: WantedTarget): void;
  unwant(target: WantedTarget): void;
  pause(): void;
  resume(): void;
  close(): void;
}

/** The targets of one target group, by address. */
interface Group {
  readonly wanted: Map<string, WantedTarget>;
  /** Those that were wanted once and may have to be deregistered. Others' targets are left alone. */
  readonly unwanted: Map<string, WantedTarget>;
}

export function createReconciler({ clock, random, timeline, elbv2: caller }: ReconcilerOptions): Reconciler {
  const closed = new AbortController();
  const elbv2 = createControllerClient({ clock, random, elbv2: caller, signal: closed.signal });
  const cache = createTargetsCache({ clock, elbv2 });
  const queue = createWorkQueue({ clock, work: reconcile, signal: closed.signal });
  const groups = new Map<string, Group>();

  function groupOf(arn: string): Group {
    const group = groups.get(arn) ?? { wanted: new Map(), unwanted: new Map() };
    groups.set(arn, group);
    return group;
  }

  async function reconcile(arn: string): Promise<void> {
    try {
      const registered = new Set((await cache.list(arn)).map(({ id, port }) => `${id}:${port}`));
      const { wanted, unwanted } = groupOf(arn);
      const leaving = [...unwanted].filter(([key]) => registered.has(key));
      const coming = [...wanted].filter(([key]) => !registered.has(key));
      for (const batch of batches(leaving)) await deregister(arn, batch);
      for (const [key] of leaving) unwanted.delete(key);
      for (const batch of batches(coming)) await register(arn, batch);
    } catch (error) {
      if (!(error instanceof AwsError && error.code === 'TargetGroupNotFound')) throw error;
      groups.delete(arn);
    }
  }

  async function register(arn: string, targets: readonly WantedTarget[]): Promise<void> {
    for (const target of targets) timeline.record('controller', 'registers target', { ...target });
    await elbv2.registerTargets(arn, targets.map(toTarget));
    cache.registered(arn, targets.map(toTarget));
  }

  async function deregister(arn: string, targets: readonly WantedTarget[]): Promise<void> {
    for (const target of targets) timeline.record('controller', 'deregisters target', { ...target });
    await elbv2.deregisterTargets(arn, targets.map(toTarget));
    cache.deregistered(arn, targets.map(toTarget));
  }

  return {
    want(target) {
      const { wanted, unwanted } = groupOf(target.targetGroup);
      wanted.set(keyOf(target), target);
      unwanted.delete(keyOf(target));
      queue.add(target.targetGroup);
    },
    unwant(target) {
      const { wanted, unwanted } = groupOf(target.targetGroup);
      wanted.delete(keyOf(target));
      unwanted.set(keyOf(target), target);
      queue.add(target.targetGroup);
    },
    pause: queue.pause,
    resume: queue.resume,
    close: () => closed.abort(),
  };
}

function batches(entries: readonly (readonly [string, WantedTarget])[]): readonly (readonly WantedTarget[])[] {
  const targets = entries.map(([, target]) => target);
  return Array.from({ length: Math.ceil(targets.length / MOST_TARGETS_IN_CALL) }, (_, index) =>
    targets.slice(index * MOST_TARGETS_IN_CALL, (index + 1) * MOST_TARGETS_IN_CALL),
  );
}

function toTarget({ ip, port }: WantedTarget) {
  return { id: ip, port };
}

function keyOf({ ip, port }: WantedTarget): string {
  return `${ip}:${port}`;
}
