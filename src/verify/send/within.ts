import type { Clock } from '../../core/ports.ts';

/** Aborts the signal after `ms`. */
export async function within<T>(ms: number, clock: Clock, act: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const done = new AbortController();
  const late = new AbortController();
  void clock.sleep(ms, done.signal).then(() => {
    if (!done.signal.aborted) late.abort();
  });
  try {
    return await act(late.signal);
  } finally {
    done.abort();
  }
}
