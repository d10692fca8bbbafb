import { annotationAt } from '../objects.ts';
import { type Place, textOf } from '../place.ts';
import type { Delay } from './routes.ts';

/** The attribute of a target group: how long connections in flight live on after the deregistration, in s. */
export const DELAY_ATTRIBUTE = 'deregistration_delay.timeout_seconds';

/** From an annotation of the form `key=value,key=value`, on the first of the objects that has it. */
export function delayIn(objects: readonly Place[], annotation: string): Delay | undefined {
  const place = objects.map((object) => annotationAt(object, annotation)).find(({ value }) => value !== undefined);
  if (place === undefined) return undefined;
  const pairs = (textOf(place) ?? '').split(',').map((pair) => pair.split('=').map((part) => part.trim()));
  return toDelay(place, pairs.find(([key]) => key === DELAY_ATTRIBUTE)?.[1]);
}

export function toDelay(place: Place, seconds: string | undefined): Delay | undefined {
  return seconds !== undefined && /^\d+$/.test(seconds) ? { at: place, seconds: Number(seconds) } : undefined;
}
