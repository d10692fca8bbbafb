import { advisedGraceSeconds, neededGraceSeconds } from '../grace.ts';
import type { Plain } from './plain.ts';
import type { EffectiveSettings } from './settings.ts';

/** That of a pod which does not say. */
const KUBERNETES_DEFAULT_SECONDS = 30;

export interface GracePeriod {
  readonly seconds: number;
  /** Whether it has to be written into the pod spec. */
  readonly extended: boolean;
  /** The same in words; empty where nothing is to do. */
  readonly done: readonly string[];
}

/** The grace period that a pod should have: its own, where that is long enough. Throws a RangeError where that is not a number. */
export function graceOf(spec: Plain, { graceNeeds }: EffectiveSettings): GracePeriod {
  const has = spec['terminationGracePeriodSeconds'] ?? KUBERNETES_DEFAULT_SECONDS;
  if (typeof has !== 'number') {
    throw new RangeError(
      `terminationGracePeriodSeconds='${has}': not a number. Expected seconds such as 60, without quotes.`,
    );
  }
  if (has >= neededGraceSeconds(graceNeeds)) return { seconds: has, extended: false, done: [] };
  const seconds = advisedGraceSeconds(graceNeeds);
  return { seconds, extended: true, done: [`grace period ${has} s -> ${seconds} s`] };
}
