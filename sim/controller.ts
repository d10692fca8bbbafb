import type { Clock } from '../src/core/ports.ts';
import type { Elbv2 } from './aws/elbv2.ts';
import type { Store } from './kubernetes/store.ts';
import type { Timeline } from './timeline.ts';
import { type WantedTarget, wantedTargets } from './wanted-targets.ts';

export interface ControllerOptions {
  readonly clock: Clock;
  readonly timeline: Timeline;
  readonly store: Store;
  readonly elbv2: Elbv2;
  /** Simulated ms from a pod's end until its deregistration, for all pods or by a pod's name. */
  readonly lagMs: number | ((pod: string) => number);
}

/** An imitation of the AWS Load Balancer Controller: keeps target groups as their TargetGroupBindings want them. */
export interface Controller {
  /** The controller is down: nothing is registered or deregistered. */
  pause(): void;
  /** It is up again and sees what has changed; the lag of pods that ended meanwhile starts now. */
  resume(): void;
  /** For good: it looks at nothing any more. */
  close(): void;
}

interface Registered {
  readonly target: WantedTarget;
  /** Ends the wait for its deregistration. Absent: it is wanted, or the controller is down. */
  leaving: AbortController | undefined;
}

/**
 * Its first form: it changes the state of ELBv2 in the process, after a lag that the caller chooses. The real one gets
 * its lag from its work queue, its lock and its own throttled API calls.
 */
export function createController({ clock, timeline, store, elbv2, lagMs }: ControllerOptions): Controller {
  const registered = new Map<string, Registered>();
  let running = true;

  function register(key: string, target: WantedTarget): void {
    registered.set(key, { target, leaving: undefined });
    timeline.record('controller', 'registers target', { ...target });
    elbv2.registerTargets(target.targetGroup, [{ id: target.ip, port: target.port }]);
  }

  function deregister(key: string, target: WantedTarget): void {
    registered.delete(key);
    if (!elbv2.targetGroups().some(({ arn }) => arn === target.targetGroup)) return;
    timeline.record('controller', 'deregisters target', { ...target });
    elbv2.deregisterTargets(target.targetGroup, [{ id: target.ip, port: target.port }]);
  }

  function keep(key: string, { leaving }: Registered, target: WantedTarget): void {
    leaving?.abort();
    registered.set(key, { target, leaving: undefined });
  }

  async function leave(key: string, { target }: Registered): Promise<void> {
    const leaving = new AbortController();
    registered.set(key, { target, leaving });
    await clock.sleep(typeof lagMs === 'number' ? lagMs : lagMs(target.pod), leaving.signal);
    if (!leaving.signal.aborted) deregister(key, target);
  }

  function reconcile(): void {
    if (!running) return;
    const wanted = new Map(wantedTargets(store, elbv2).map((target) => [keyOf(target), target]));
    for (const [key, target] of wanted) {
      const known = registered.get(key);
      if (known === undefined) register(key, target);
      else keep(key, known, target);
    }
    for (const [key, known] of registered) {
      if (!wanted.has(key) && known.leaving === undefined) void leave(key, known);
    }
  }

  function pause(): void {
    running = false;
    for (const [key, known] of registered) keep(key, known, known.target);
  }

  const stopWatching = store.onChange(({ object }) => {
    if (object.kind !== 'Event') reconcile();
  });
  reconcile();

  return {
    pause,
    resume() {
      running = true;
      reconcile();
    },
    close() {
      stopWatching();
      pause();
    },
  };
}

function keyOf({ targetGroup, ip, port }: WantedTarget): string {
  return `${targetGroup} ${ip} ${port}`;
}
