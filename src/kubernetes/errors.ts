import { ApiError, type ApiErrorKind } from '../core/errors.ts';
import { type Answer, AnswerTooLong } from './connection.ts';

/** The object in a good answer. Throws the ApiError that any other answer means. */
export function fromAnswer({ status, body }: Answer, operation: string): unknown {
  if (status !== 200 && status !== 201)
    throw new ApiError(kindOf(status, body), operation, adviceOf(status, body, operation));
  const object = parse(body);
  if (typeof object !== 'object' || object === null) {
    throw new ApiError('bad-response', operation, 'the answer is no object in JSON');
  }
  return object;
}

/** What is read of an object in a good answer. Throws an ApiError where it is not as it should be. */
export function understand<T>(operation: string, object: unknown, read: (object: unknown) => T): T {
  try {
    return read(object);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ApiError('bad-response', operation, `the answer cannot be understood: ${why}`, error);
  }
}

/** What a failure to get any answer means. */
export function toKubernetesError(error: unknown, operation: string): ApiError {
  if (error instanceof ApiError) return error;
  const kind = error instanceof AnswerTooLong ? 'bad-response' : 'unreachable';
  return new ApiError(kind, operation, describeFailure(error), error);
}

function kindOf(status: number, body: string): ApiErrorKind {
  if (status === 401) return 'unauthenticated';
  if (status === 403) return 'denied';
  // Not 410: it means that a list went on for too long to be continued, and not that there is nothing.
  if (status === 404) return saysWhatIsMissing(body) ? 'not-found' : 'bad-response';
  if (status === 429) return 'throttled';
  return status >= 500 ? 'unreachable' : 'bad-response';
}

/**
 * The API server names the object that it does not have, or says that there is no such path (apiserver: errors.NewNotFound,
 * http.NotFound). A 404 that does neither is of something in between, and tells nothing of pods and bindings.
 */
function saysWhatIsMissing(body: string): boolean {
  if (body.startsWith('404 page not found')) return true;
  const { details } = Object(parse(body)) as { readonly details?: { readonly name?: unknown } | null };
  return typeof details?.name === 'string';
}

function adviceOf(status: number, body: string, operation: string): string {
  const said = statusMessage(parse(body));
  const [verb, resource = ''] = operation.split(' ');
  switch (status) {
    case 401:
      return 'HTTP 401: the token is not, or no longer, valid';
    case 403: {
      const [name, ...apiGroup] = resource.split('.');
      const rule = `{ apiGroups: ["${apiGroup.join('.')}"], resources: ["${name}"], verbs: ["${verb}"] }`;
      return `HTTP 403: the Role of the pod's service account lacks ${rule}${said === undefined ? '' : ` (${said})`}`;
    }
    default:
      return `HTTP ${status}${said === undefined ? '' : `: ${said}`}`;
  }
}

/** The message of a Kubernetes Status object. */
function statusMessage(status: unknown): string | undefined {
  if (typeof status !== 'object' || status === null || !('message' in status)) return undefined;
  return typeof status.message === 'string' ? status.message.slice(0, 300) : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // One for each address of the server's name; its own message is empty.
  if (error instanceof AggregateError) return error.errors.map(describeFailure).join(', ');
  const code = 'code' in error ? ` (${String(error.code)})` : '';
  return `${error.message}${code}`;
}
