/**
 * What went wrong with a call to an API, as far as a hold cares:
 * - `throttled`: refused because of the rate
 * - `denied`: credentials missing, expired or without the permission
 * - `unauthenticated`: Kubernetes does not know the token (HTTP 401); after an earlier good read the pod is gone
 * - `unreachable`: no answer in time, no connection, no name, or HTTP 5xx
 * - `not-found`: the thing asked for does not exist
 * - `bad-response`: an answer that cannot be understood
 */
export type ApiErrorKind = 'throttled' | 'denied' | 'unauthenticated' | 'unreachable' | 'not-found' | 'bad-response';

/** A call to Kubernetes or AWS that failed. The message says what was called and, where possible, what to do. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly kind: ApiErrorKind;
  /** The call, in the API's own words: `DescribeTargetHealth`, `list endpointslices.discovery.k8s.io`. */
  readonly operation: string;

  constructor(kind: ApiErrorKind, operation: string, message: string, cause?: unknown) {
    super(`${operation}: ${message}`, { cause });
    this.kind = kind;
    this.operation = operation;
  }
}

/** Narrows whatever was thrown by `operation`. What is not an ApiError is a defect of an adapter: a bad response. */
export function toApiError(error: unknown, operation: string): ApiError {
  if (error instanceof ApiError) return error;
  return new ApiError('bad-response', operation, error instanceof Error ? error.message : String(error), error);
}
