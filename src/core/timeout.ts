import { ApiError } from './errors.ts';
import type { Clock } from './ports.ts';

/**
 * Makes one call that certainly ends: with its own result, after `ms` as unreachable, or at an abort. The call gets a signal
 * that tells it to stop; one that does not listen is left behind.
 */
export async function callWithin<T>(
  ms: number,
  clock: Clock,
  signal: AbortSignal,
  operation: string,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const calling = call(AbortSignal.any([signal, over.signal]));
  try {
    return await Promise.race([
      calling,
      clock.sleep(ms, AbortSignal.any([signal, over.signal])).then((): never => {
        throw new ApiError('unreachable', operation, signal.aborted ? 'abandoned' : `no answer within ${ms} ms`);
      }),
    ]);
  } finally {
    over.abort();
    calling.catch(() => {});
  }
}
