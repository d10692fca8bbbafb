import { ApiError, toApiError } from '../../core/errors.ts';
import type { Learned } from '../facts.ts';

export type Unknown = Extract<Learned<never>, { readonly kind: 'unknown' }>;

export function known<T>(value: T): Learned<T> {
  return { kind: 'known', value };
}

/** Nobody was asked. */
export function unasked(why: string): Unknown {
  return { kind: 'unknown', why };
}

/** What a call gives, or why it gave nothing, in the words of `explain`. Never rejects. */
export async function learn<T>(calling: Promise<T>, explain: (error: ApiError) => string): Promise<Learned<T>> {
  try {
    return known(await calling);
  } catch (error) {
    return failed(toApiError(error, 'doctor'), explain);
  }
}

export function failed(error: ApiError, explain: (error: ApiError) => string): Unknown {
  return { kind: 'unknown', why: explain(error), because: error.kind };
}

/** Whether the API gives no answer at all, so that nobody need ask it more. */
export function isSilent(reason: Unknown | undefined): reason is Unknown {
  return (
    reason?.because === 'unreachable' || reason?.because === 'unauthenticated' || reason?.because === 'bad-response'
  );
}

/** For the first of several that is not known. */
export function firstUnknown(...all: readonly Learned<unknown>[]): Unknown | undefined {
  return all.find((each) => each.kind === 'unknown');
}

/** Why Kubernetes did not tell, for whoever runs doctor. */
export function explainKubernetes(from: 'inside' | 'outside'): (error: ApiError) => string {
  return ({ kind, operation, message }) => {
    if (from === 'inside' || kind !== 'denied') return message;
    return `you may not ${operation}; run doctor as somebody who may`;
  };
}

/** Why AWS did not tell. What a person may not see, the pod's own role may. */
export function explainAws(from: 'inside' | 'outside'): (error: ApiError) => string {
  return ({ kind, operation, message, cause }) => {
    if (from === 'inside' || kind !== 'denied') return message;
    return `${operation}: ${saidBy(cause) ?? message}; run doctor with other AWS credentials, or in the pod: kubectl exec POD -c drain-wait -- drain-wait doctor`;
  };
}

/** Of an error of the SDK, which knows nothing of pods and their roles. */
function saidBy(cause: unknown): string | undefined {
  if (!(cause instanceof Error) || cause instanceof ApiError) return undefined;
  return `${cause.name}: ${cause.message.split('\n', 1)[0]}`;
}
