/** An answer of the API server: what an HTTP response is made of. */
export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

export function json(status: number, document: unknown): Answer {
  return { status, type: 'application/json', body: JSON.stringify(document) };
}

export function text(status: number, body: string): Answer {
  return { status, type: 'text/plain; charset=utf-8', body };
}

/** What the API server's router says of a path that leads nowhere, such as one of an API group that is not installed. */
export const PAGE_NOT_FOUND: Answer = text(404, '404 page not found\n');

const REASONS: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  409: 'AlreadyExists',
  410: 'Expired',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

/** The document of a failure (apimachinery: api/errors). `details` names the object, where it is about one. */
export function failure(code: number, message: string, details?: Readonly<Record<string, unknown>>): Answer {
  return json(code, {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason: REASONS[code] ?? 'Unknown',
    ...(details === undefined ? {} : { details }),
    code,
  });
}

export function success(code: number): Answer {
  return json(code, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code });
}
