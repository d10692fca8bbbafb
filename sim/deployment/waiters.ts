/** Those who wait until something is as it should be. */
export interface Waiters {
  /** Rejects at once where it has failed, or is closed. */
  wait(): Promise<void>;
  /** It is as it should be, unless it has failed. */
  succeed(): void;
  /** Rejects for all who wait, and for all who will, until it is forgiven. */
  fail(error: Error): void;
  failure(): Error | undefined;
  forgive(): void;
  /** Rejects for all who wait, and for ever. */
  close(error: Error): void;
  isClosed(): boolean;
}

export function createWaiters(): Waiters {
  const waiting = new Set<PromiseWithResolvers<void>>();
  let failure: Error | undefined;
  let isClosed = false;

  function fail(error: Error): void {
    failure ??= error;
    for (const { reject } of waiting) reject(failure);
    waiting.clear();
  }

  return {
    wait() {
      if (failure !== undefined) return Promise.reject(failure);
      const waiter = Promise.withResolvers<void>();
      waiting.add(waiter);
      return waiter.promise;
    },
    succeed() {
      for (const { resolve } of waiting) resolve();
      waiting.clear();
    },
    fail,
    failure: () => failure,
    forgive() {
      if (!isClosed) failure = undefined;
    },
    close(error) {
      isClosed = true;
      failure = error;
      fail(error);
    },
    isClosed: () => isClosed,
  };
}
