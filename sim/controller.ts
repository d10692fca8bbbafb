import type { Clock, Random } from '../src/core/ports.ts';
import type { Elbv2 } from './aws/elbv2.ts';
import type { Elbv2Caller } from './aws/elbv2-caller.ts';
import { createReconciler } from './controller/reconciler.ts';
import type { Store } from './kubernetes/store.ts';
import type { Timeline } from './timeline.ts';
import { type WantedTarget, wantedTargets } from './wanted-targets.ts';

export interface ControllerOptions {
  readonly clock: Clock;
  readonly timeline: Timeline;
  readonly store: Store;
  /** Where the target groups of the bindings are looked up, without a call. */
  readonly elbv2: Elbv2;
  /** How it calls ELBv2. */
  readonly caller: Elbv2Caller;
  /** Simulated ms from a pod's end until it hears of it, for all pods or by a pod's name. What its calls take comes on top. */
  readonly lagMs: number | ((pod: string) => number);
  /** For the pauses of its client between retries. Absent: the middle. */
  readonly random?: Random;
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

interface Seen {
  readonly target: WantedTarget;
  /** Ends the wait until the controller hears of its end. Absent: it is wanted, or the controller is down. */
  leaving: AbortController | undefined;
}

/** What the controller sees of the cluster, late by its lag; what it makes of it is the reconciler's. */
export function createController(options: ControllerOptions): Controller {
  const { clock, timeline, store, elbv2, caller, lagMs, random = () => 0.5 } = options;
  const reconciler = createReconciler({ clock, random, timeline, elbv2: caller });
  const seen = new Map<string, Seen>();
  let running = true;

  function keep(key: string, known: Seen | undefined, target: WantedTarget): void {
    known?.leaving?.abort();
    seen.set(key, { target, leaving: undefined });
  }

  async function leave(key: string, { target }: Seen): Promise<void> {
    const leaving = new AbortController();
    seen.set(key, { target, leaving });
    await clock.sleep(typeof lagMs === 'number' ? lagMs : lagMs(target.pod), leaving.signal);
    if (leaving.signal.aborted) return;
    seen.delete(key);
    reconciler.unwant(target);
  }

  function look(): void {
    if (!running) return;
    const wanted = new Map(wantedTargets(store, elbv2).map((target) => [keyOf(target), target]));
    for (const [key, target] of wanted) {
      const known = seen.get(key);
      if (known === undefined) reconciler.want(target);
      keep(key, known, target);
    }
    for (const [key, known] of seen) {
      if (!wanted.has(key) && known.leaving === undefined) void leave(key, known);
    }
  }

  function pause(): void {
    running = false;
    reconciler.pause();
    for (const [key, known] of seen) keep(key, known, known.target);
  }

  const stopWatching = store.onChange(({ object }) => {
    if (object.kind !== 'Event') look();
  });
  look();

  return {
    pause,
    resume() {
      running = true;
      reconciler.resume();
      look();
    },
    close() {
      stopWatching();
      pause();
      reconciler.close();
    },
  };
}

function keyOf({ targetGroup, ip, port }: WantedTarget): string {
  return `${targetGroup} ${ip} ${port}`;
}
