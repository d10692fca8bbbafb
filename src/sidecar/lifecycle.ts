import type { Clock } from '../core/ports.ts';

/** How long a classic sidecar still answers hook calls that come after its hold is over. */
const LINGER_MS = 3_000;

export type Signal = 'SIGTERM' | 'SIGINT';

export interface LifecycleOptions {
  /** What is known of the way the sidecar runs, asked anew each time. */
  readonly sidecar: () => 'native' | 'classic' | 'unknown';
  /** Starts or joins the hold; resolves at its release. */
  readonly hold: () => Promise<unknown>;
  /** The end of the hold that goes on; undefined where none does. */
  readonly holdEnds: () => Promise<unknown> | undefined;
  readonly clock: Clock;
  /** Whether somebody sits at a terminal, where a second Ctrl-C has to end the process. */
  readonly interactive: boolean;
  readonly exit: (code: number) => void;
}

export interface Lifecycle {
  onSignal(signal: Signal): void;
  /** To be called when something has been learned of the pod. */
  onNews(): void;
}

/**
 * Ends the process. A native sidecar is told to stop when everything else has ended, so it goes at once. A classic one, or one
 * that does not know, is told together with the application: the signal starts the hold, and the process serves it to its end.
 * Outside a terminal a second signal means nothing: a restarted kubelet sends it again.
 */
export function createLifecycle({ sidecar, hold, holdEnds, clock, interactive, exit }: LifecycleOptions): Lifecycle {
  let stopping = false;

  async function stopAfterHold(): Promise<void> {
    // A late caller may have a hold of its own.
    for (let end: Promise<unknown> | undefined = hold(); end !== undefined; end = holdEnds()) {
      await end;
      await clock.sleep(LINGER_MS);
    }
    exit(0);
  }

  function onNews(): void {
    if (stopping && sidecar() === 'native') exit(0);
  }

  return {
    onNews,
    onSignal(signal) {
      if (stopping && interactive) return exit(signal === 'SIGINT' ? 130 : 143);
      const first = !stopping;
      stopping = true;
      if (sidecar() === 'native') exit(0);
      else if (first) void stopAfterHold();
    },
  };
}
