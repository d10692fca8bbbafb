import { DEFAULT_GRACE_SECONDS } from '../../core/deadline.ts';
import { advisedGraceSeconds, neededGraceSeconds } from '../grace.ts';
import type { Plain } from './plain.ts';
import type { EffectiveSettings } from './settings.ts';

export interface GracePeriod {
  readonly seconds: number;
  /** Whether it has to be written into the pod spec. */
  readonly extended: boolean;
  /** The same in words; empty where nothing is to do. */
  readonly done: readonly string[];
}

/** The grace period that a pod should have: its own, where that is long enough. Throws a RangeError where that is not a number. */
export function graceOf(spec: Plain, { graceNeeds }: EffectiveSettings): GracePeriod {
  const has = spec['terminationGracePeriodSeconds'] ?? DEFAULT_GRACE_SECONDS;
  if (typeof has !== 'number') {
    throw new RangeError(
      `terminationGracePeriodSeconds='${has}': not a number. Expected seconds such as 60, without quotes.`,
    );
  }
  if (has >= neededGraceSeconds(graceNeeds)) return { seconds: has, extended: false, done: [] };
  const seconds = advisedGraceSeconds(graceNeeds);
  return { seconds, extended: true, done: [`grace period ${has} s -> ${seconds} s`] };
}
