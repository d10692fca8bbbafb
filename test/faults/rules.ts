// What every cell is played with, in simulated ms after the hook's arrival unless said otherwise.

/** How many times as fast as real time a cell is played, the sidecar's process included. */
export const SPEED = 3;

export const GRACE_MS = 90_000;
/** Kept for the application after SIGTERM. */
export const RESERVE_MS = 10_000;
/** From the deletion until the controller deregisters the target. */
export const LAG_MS = 8_000;
export const SETTLE_MS = 20_000;
export const MIN_HOLD_MS = 5_000;
export const FALLBACK_MS = 35_000;

/** What the image's manifest allows the sidecar. */
export const MEMORY_LIMIT_MIB = 128;
