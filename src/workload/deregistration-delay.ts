import { SAFETY_MS } from '../core/deadline.ts';
import { seconds } from '../core/words.ts';
import type { GraceNeeds } from './grace.ts';

/** What is wrong with a deregistration delay, in words; undefined where nothing is. `owner` is what has it. */
export function shortDelay(
  owner: string,
  delaySeconds: number,
  { settleMs, reserveMs }: Omit<GraceNeeds, 'lagMs'>,
): string | undefined {
  const times = { 'settle time': settleMs, reserve: reserveMs };
  const [name, ms] = Object.entries(times).reduce((a, b) => (b[1] > a[1] ? b : a));
  if (delaySeconds * 1_000 >= ms) return undefined;
  return `${owner} has a deregistration delay of ${delaySeconds} s, shorter than the ${name} of ${seconds(ms)}`;
}

/** The same for a hold that waits until the target is gone. */
export function longDelay(
  delaySeconds: number,
  graceSeconds: number,
  { lagMs, reserveMs }: Omit<GraceNeeds, 'settleMs'>,
): string | undefined {
  const roomMs = graceSeconds * 1_000 - lagMs - reserveMs - SAFETY_MS;
  if (delaySeconds * 1_000 <= roomMs) return undefined;
  return `the deregistration delay is ${delaySeconds} s, and the grace period leaves ${seconds(Math.max(0, roomMs))} for it`;
}
