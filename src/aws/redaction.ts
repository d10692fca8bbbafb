import type { ClientPlugin } from './client-plugins.ts';

/**
 * Takes out of every error what the request has shown of its sender. AWS itself says it back: IncompleteSignature tells the whole
 * Authorization header, SignatureDoesNotMatch what should have been signed, with the session's token.
 */
export const REDACTION: ClientPlugin = {
  applyToStack(stack) {
    stack.add(
      (next) => async (call) => {
        try {
          return await next(call);
        } catch (error) {
          if (error instanceof Error) redact(error, secretsIn(call.request));
          throw error;
        }
      },
      // Outside of where the answer is read.
      { step: 'deserialize', priority: 'high', name: 'redaction', override: true },
    );
  },
};

/** The parts of a signed request that nobody else may see, the longest first: one may hold another. */
function secretsIn(request: unknown): readonly string[] {
  const { headers = {} } = request as { readonly headers?: Readonly<Record<string, string>> };
  const { authorization = '', 'x-amz-security-token': sessionToken } = headers;
  const [, accessKeyId] = /Credential=([^/]+)\//.exec(authorization) ?? [];
  const [, signature] = /Signature=(\w+)/.exec(authorization) ?? [];
  return [authorization, sessionToken, signature, accessKeyId].filter(
    (part) => part !== undefined && part !== '',
  ) as string[];
}

function redact(error: Error, secrets: readonly string[]): void {
  for (const secret of secrets) {
    error.message = String(error.message).replaceAll(secret, '[redacted]');
    error.name = String(error.name).replaceAll(secret, '[redacted]');
  }
}
