import type { ObjectMeta, PodSpec, PodStatus } from './objects.ts';
import { type Answer, failure } from './status.ts';

/** What a request may carry, as far as it is looked at: an object, DeleteOptions or an Eviction. */
export interface Body {
  readonly metadata?: Partial<ObjectMeta> & { readonly generateName?: string };
  readonly spec?: Partial<PodSpec>;
  readonly status?: Partial<PodStatus>;
  readonly gracePeriodSeconds?: number;
  readonly deleteOptions?: { readonly gracePeriodSeconds?: number };
}

/** The JSON object in the body of a request, empty where there is none; undefined where it is something else. */
export function parseBody<Read extends object>(text: string): Read | undefined {
  if (text === '') return {} as Read;
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null ? (body as Read) : undefined;
  } catch {
    return undefined;
  }
}

export const NO_JSON_OBJECT: Answer = failure(400, 'the request body is not a JSON object');
export const METHOD_NOT_ALLOWED: Answer = failure(
  405,
  'the server does not allow this method on the requested resource',
);
