import { ApiException } from '@kubernetes/client-node';
import { ApiError, type ApiErrorKind } from '../core/errors.ts';

/** What an error of the Kubernetes client means. Its message is made anew: the client's own holds whole headers. */
export function toKubernetesError(error: unknown, operation: string): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof ApiException) return new ApiError(kindOf(error.code), operation, adviceOf(error, operation));
  if (error instanceof SyntaxError) return new ApiError('bad-response', operation, 'the answer is no JSON', error);
  return new ApiError('unreachable', operation, describeFailure(error), error);
}

function kindOf(status: number): ApiErrorKind {
  if (status === 401) return 'unauthenticated';
  if (status === 403) return 'denied';
  // Not 410: it means that a list went on for too long to be continued, and not that there is nothing.
  if (status === 404) return 'not-found';
  if (status === 429) return 'throttled';
  return status >= 500 ? 'unreachable' : 'bad-response';
}

function adviceOf(error: ApiException<unknown>, operation: string): string {
  const said = statusMessage(error.body);
  const [verb, resource = ''] = operation.split(' ');
  switch (error.code) {
    case 401:
      return 'HTTP 401: the token is not, or no longer, valid';
    case 403: {
      const [name, ...apiGroup] = resource.split('.');
      const rule = `{ apiGroups: ["${apiGroup.join('.')}"], resources: ["${name}"], verbs: ["${verb}"] }`;
      return `HTTP 403: the Role of the pod's service account lacks ${rule}${said === undefined ? '' : ` (${said})`}`;
    }
    default:
      return `HTTP ${error.code}${said === undefined ? '' : `: ${said}`}`;
  }
}

/** The message of a Kubernetes Status object. */
function statusMessage(body: unknown): string | undefined {
  const status = typeof body === 'string' ? parse(body) : body;
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

/** fetch says only "fetch failed"; the reason is its cause. */
function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error) return describeFailure(error.cause);
  // One for each address of the server's name; its own message is empty.
  if (error instanceof AggregateError) return error.errors.map(describeFailure).join(', ');
  const code = 'code' in error ? ` (${String(error.code)})` : '';
  return `${withoutToken(error.message)}${code}`;
}

/** fetch quotes a header that it cannot send. */
function withoutToken(message: string): string {
  return message.replace(/Bearer [^"]*/, 'Bearer ...');
}
