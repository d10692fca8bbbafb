import { ApiError, type ApiErrorKind } from '../core/errors.ts';

const THROTTLED = new Set([
  'Throttling',
  'ThrottlingException',
  'ThrottledException',
  'RequestThrottled',
  'RequestThrottledException',
  'RequestLimitExceeded',
  'TooManyRequests',
  'TooManyRequestsException',
  'SlowDown',
  'PriorRequestNotComplete',
]);

const DENIED = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'AuthFailure',
  'CredentialsProviderError',
  'ExpiredToken',
  'ExpiredTokenException',
  'IncompleteSignature',
  'InvalidClientTokenId',
  'InvalidIdentityToken',
  'InvalidIdentityTokenException',
  'InvalidSignatureException',
  'MissingAuthenticationToken',
  'NotAuthorized',
  'OptInRequired',
  'RequestExpired',
  'SignatureDoesNotMatch',
  'TokenRefreshRequired',
  'UnauthorizedOperation',
  'UnrecognizedClientException',
]);

const NOT_FOUND = new Set(['TargetGroupNotFound', 'TargetGroupNotFoundException']);

/** Node's codes of a connection that could not be made or did not last, as the SDK passes them on. */
const NETWORK_CODE = /^(E[A-Z_]+|ABORT_ERR|UND_ERR_\w+)$/;

/** The calls that are not ELBv2's. */
export const ASSUME_ROLE = 'AssumeRole';
export const CALLER_IDENTITY = 'GetCallerIdentity';

/** Of what comes from the wire no more than this is passed on, in characters. */
const LONGEST_NAME = 60;
const LONGEST_MESSAGE = 300;

/** The name that AWS gave an error on the wire; the SDK adds `Exception` to some. Empty where it is no text: two of them are a list. */
export function errorName(error: unknown): string {
  const { name } = error instanceof Error ? (error as { readonly name: unknown }) : { name: '' };
  return typeof name === 'string' ? name : '';
}

/** What an error of the AWS SDK means for a hold, with advice where there is any. */
export function toAwsError(error: unknown, operation: string): ApiError {
  if (error instanceof ApiError) return error;
  const kind = kindOf(error);
  const said = describe(error);
  return new ApiError(kind, operation, kind === 'denied' ? `${said}${advice(error, operation)}` : said, error);
}

function describe(error: unknown): string {
  // One for each address of the endpoint's name; its own message is empty.
  if (error instanceof AggregateError) return error.errors.map(describe).join(', ');
  if (!(error instanceof Error)) return String(error);
  return `${errorName(error).slice(0, LONGEST_NAME)}: ${withoutTokens(firstLine(String(error.message))).slice(0, LONGEST_MESSAGE)}`;
}

function kindOf(error: unknown): ApiErrorKind {
  const name = errorName(error);
  const status = statusOf(error);
  if (THROTTLED.has(name) || status === 429) return 'throttled';
  if (DENIED.has(name)) return 'denied';
  if (NOT_FOUND.has(name)) return 'not-found';
  // A connection that breaks in the middle of a good answer still carries its HTTP 200.
  if (isNetworkFailure(error)) return 'unreachable';
  if (status === 401 || status === 403) return 'denied';
  return status !== undefined && status < 500 ? 'bad-response' : 'unreachable';
}

function advice(error: unknown, operation: string): string {
  if (errorName(error) === 'CredentialsProviderError') {
    return ' — the container has no AWS credentials; give its service account a role by EKS Pod Identity or IRSA';
  }
  if (operation === ASSUME_ROLE) {
    return (
      " — the role's trust policy must name the role of the pod's service account, which must be allowed sts:AssumeRole, " +
      'and the external id must be the same in the policy and in the TargetGroupBinding'
    );
  }
  // It needs no permission: what is wrong are the credentials themselves.
  if (operation === CALLER_IDENTITY) return '';
  return ` — allow elasticloadbalancing:${operation} on Resource "*" to the role of the pod's service account`;
}

function statusOf(error: unknown): number | undefined {
  const { $metadata } = error as { readonly $metadata?: { readonly httpStatusCode?: number } };
  return $metadata?.httpStatusCode;
}

function isNetworkFailure(error: unknown): boolean {
  const { code } = error as { readonly code?: unknown };
  return errorName(error) === 'TimeoutError' || (typeof code === 'string' && NETWORK_CODE.test(code));
}

/** Of the SDK's own calls for credentials nobody takes out what they have shown (redaction.ts): their tokens are JWTs. */
function withoutTokens(text: string): string {
  return text
    .replaceAll(/\bWebIdentityToken=[^&\s"]+/g, 'WebIdentityToken=[redacted]')
    .replaceAll(/\beyJ[\w-]+\.[\w-]+(\.[\w-]*)?/g, '[redacted]');
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0] ?? '';
}
