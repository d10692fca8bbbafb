import type { VerifyPorts } from './ports.ts';

/** One press of Ctrl-C reaches the process several times where npm or a launcher passes it on. */
const SAME_PRESS_MS = 500;
/** What a shell gives a process that was ended by SIGINT. */
const INTERRUPTED = 130;

/**
 * The first signal aborts `ended`, a second one exits at once. `onFirst` is told of the first. `dispose` leaves later ones to
 * the process.
 */
export function endOnSignal(
  { clock, onSignal, exit }: Pick<VerifyPorts, 'clock' | 'onSignal' | 'exit'>,
  onFirst: () => void,
): { readonly ended: AbortSignal; readonly dispose: () => void } {
  const ending = new AbortController();
  let firstAtMs: number | undefined;
  const dispose = onSignal(() => {
    if (firstAtMs === undefined) {
      firstAtMs = clock.now();
      ending.abort();
      onFirst();
    } else if (clock.now() - firstAtMs > SAME_PRESS_MS) exit(INTERRUPTED);
  });
  return { ended: ending.signal, dispose };
}
