import { vi } from 'vitest';

/** Resolves as soon as `check` no longer throws. Long enough for a machine that has much else to do. */
export function eventually(check: () => void | Promise<void>): Promise<void> {
  return vi.waitFor(check, { timeout: 20_000, interval: 20 });
}
