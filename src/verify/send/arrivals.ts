import type { Clock } from '../../core/ports.ts';

export interface ArrivalOptions {
  readonly clock: Clock;
  readonly ratePerSecond: number;
  /** Ends them. */
  readonly signal: AbortSignal;
  /** How many there are. Absent: no end. */
  readonly count?: number;
}

/**
 * An open loop: calls `arrive` for arrival i when it is due, at i / rate, with that time of the clock, whatever became of those
 * before it. A late wake makes up for all that have become due meanwhile. Resolves after the last one.
 */
export function arrivals(options: ArrivalOptions, arrive: (dueAtMs: number) => void): Promise<void> {
  const { ratePerSecond } = options;
  if (!(ratePerSecond > 0 && Number.isFinite(ratePerSecond)))
    throw new RangeError(`Cannot send: 'ratePerSecond' must be positive and finite: current value is ${ratePerSecond}`);
  return run(options, arrive);
}

async function run(
  { clock, ratePerSecond, signal, count = Number.POSITIVE_INFINITY }: ArrivalOptions,
  arrive: (dueAtMs: number) => void,
): Promise<void> {
  const startedAtMs = clock.now();
  let arrived = 0;
  const dueAtMs = () => startedAtMs + (arrived * 1_000) / ratePerSecond;
  while (!signal.aborted && arrived < count) {
    while (arrived < count && dueAtMs() <= clock.now()) {
      const dueMs = dueAtMs();
      arrived += 1;
      arrive(dueMs);
    }
    if (arrived < count) await clock.sleep(dueAtMs() - clock.now(), signal);
  }
}
