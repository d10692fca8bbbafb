import type { Clock } from '../../src/core/ports.ts';
import type { Timeline } from '../timeline.ts';
import { AwsError } from './aws-error.ts';
import type { TargetGroup } from './target-group.ts';

export interface Target {
  /** The IP address. */
  readonly id: string;
  /** Absent: the default port of the target group. */
  readonly port?: number;
}

/** As DescribeTargetHealth shows it. */
export interface TargetHealth {
  /** One of the documented states, or anything else, to see what a client makes of a value it does not know. */
  readonly state:
    | 'initial'
    | 'healthy'
    | 'unhealthy'
    | 'unhealthy.draining'
    | 'unused'
    | 'draining'
    | 'unavailable'
    | (string & {});
  readonly reason?: string;
}

export interface TargetDescription {
  readonly target: Required<Target>;
  readonly health: TargetHealth;
}

/** The targets of one target group. */
export interface Targets {
  register(target: Target): void;
  deregister(target: Target): void;
  describe(asked: readonly Target[]): readonly TargetDescription[];
  setHealth(target: Target, health: TargetHealth): void;
  setInvalid(target: Target): void;
  isRouting(target: Target): boolean;
  /** See `Elbv2.routable`. */
  routable(): readonly Required<Target>[];
  /** Ends what is still to come for any target. */
  close(): void;
}

interface Entry {
  readonly target: Required<Target>;
  /** Absent: not registered. */
  health: TargetHealth | undefined;
  routing: boolean;
  invalid: boolean;
  /** What is still to come for the target; registering and deregistering call it off. */
  pending: AbortController;
}

const initial: TargetHealth = { state: 'initial', reason: 'Elb.RegistrationInProgress' };
const healthy: TargetHealth = { state: 'healthy' };
const draining: TargetHealth = { state: 'draining', reason: 'Target.DeregistrationInProgress' };
const notRegistered: TargetHealth = { state: 'unused', reason: 'Target.NotRegistered' };
const notInUse: TargetHealth = { state: 'unused', reason: 'Target.NotInUse' };

export function createTargets({
  clock,
  timeline,
  group,
}: {
  readonly clock: Clock;
  readonly timeline: Timeline;
  readonly group: TargetGroup;
}): Targets {
  const entries = new Map<string, Entry>();
  const closed = new AbortController();
  const portOf = ({ port }: Target) => port ?? group.port;
  const keyOf = (target: Target) => `${target.id} ${portOf(target)}`;

  function entryOf(target: Target): Entry {
    const entry = entries.get(keyOf(target)) ?? {
      target: { id: target.id, port: portOf(target) },
      health: undefined,
      routing: false,
      invalid: false,
      pending: new AbortController(),
    };
    entries.set(keyOf(target), entry);
    return entry;
  }

  const fieldsOf = ({ target }: Entry) => ({ targetGroup: group.arn, ip: target.id, port: target.port });

  function show(entry: Entry, health: TargetHealth | undefined): void {
    entry.health = health;
    timeline.record('elbv2', 'target state', { ...fieldsOf(entry), ...(health ?? notRegistered) });
  }

  function startAnew(entry: Entry): AbortSignal {
    entry.pending.abort();
    entry.pending = new AbortController();
    return AbortSignal.any([entry.pending.signal, closed.signal]);
  }

  async function after(ms: number, signal: AbortSignal, act: () => void): Promise<void> {
    if (ms === Number.POSITIVE_INFINITY) return;
    if (ms > 0) await clock.sleep(ms, signal);
    if (!signal.aborted) act();
  }

  function stopRouting(entry: Entry): void {
    entry.routing = false;
    timeline.record('load-balancer', 'stops routing', fieldsOf(entry));
  }

  return {
    register(target) {
      const entry = entryOf(target);
      entry.invalid = false;
      if (entry.health !== undefined && entry.health.state !== 'draining') return;
      const signal = startAnew(entry);
      if (group.loadBalancer === undefined) {
        show(entry, notInUse);
        return;
      }
      entry.routing = true;
      show(entry, initial);
      void after(group.healthyAfterMs, signal, () => {
        if (entry.health === initial) show(entry, healthy);
      });
    },
    deregister(target) {
      const entry = entryOf(target);
      if (entry.health === undefined || entry.health.state === 'draining') return;
      const signal = startAnew(entry);
      if (group.loadBalancer === undefined) {
        show(entry, undefined);
        return;
      }
      show(entry, draining);
      // Two clocks: a target may be gone from the API and still get requests, or the other way round.
      void after(group.deregistrationDelayMs, signal, () => show(entry, undefined));
      void after(group.routesForMs, signal, () => stopRouting(entry));
    },
    describe(asked) {
      if (asked.length === 0) {
        return [...entries.values()].flatMap(({ target, health }) => (health === undefined ? [] : { target, health }));
      }
      return asked.map((target) => {
        const entry = entries.get(keyOf(target));
        if (entry?.invalid === true) throw new AwsError('InvalidTarget', `Target ${keyOf(target)} is not valid`);
        return { target: { id: target.id, port: portOf(target) }, health: entry?.health ?? notRegistered };
      });
    },
    setHealth(target, health) {
      const entry = entries.get(keyOf(target));
      if (entry?.health === undefined) throw new Error(`Cannot set the health of ${keyOf(target)}: not registered`);
      show(entry, health);
    },
    setInvalid(target) {
      entryOf(target).invalid = true;
    },
    isRouting(target) {
      return entries.get(keyOf(target))?.routing ?? false;
    },
    routable() {
      const routed = [...entries.values()].filter(({ routing }) => routing);
      const chosen = routed.filter(({ health }) => sharesOf(health) === 'always');
      const fallback = routed.filter(({ health }) => sharesOf(health) === 'where no other can');
      return (chosen.length > 0 ? chosen : fallback).map(({ target }) => target);
    },
    close() {
      closed.abort();
    },
  };
}

/** Whether a target that is still routed to has a share in the new requests. */
function sharesOf(health: TargetHealth | undefined): 'always' | 'where no other can' | 'never' {
  switch (health?.state) {
    // The gap: the API says that the target goes, or has gone, and the data plane has not heard of it yet.
    case undefined:
    case 'draining':
    case 'healthy':
    // Health checks are off, so nothing speaks against it (AWS: "Health checks for your target groups").
    case 'unavailable':
      return 'always';
    // The load balancer fails open (AWS: "Target group health"). An NLB gives `unhealthy.draining` no new connections.
    case 'unhealthy':
    case 'unhealthy.draining':
      return 'where no other can';
    default:
      return 'never';
  }
}
