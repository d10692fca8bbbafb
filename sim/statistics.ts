import { percentile } from '../src/verify/statistics.ts';

export { percentile };

/** Of no values there is none. */
export function median(values: readonly number[]): number | undefined {
  return percentile(values, 50);
}
