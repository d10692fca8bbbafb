/** What may be a secret in the words of somebody else: access keys of AWS, tokens, signed headers. */
const SECRETS: readonly RegExp[] = [
  /\b(?:AKIA|ASIA)[A-Z0-9]{4,}\b/g,
  /\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?/g,
  /\bBearer\s+\S+/gi,
  /\bAWS4-HMAC-SHA256\b[^\n]*/g,
  /\b(?:Authorization|X-Amz-Security-Token|X-Amz-Signature|Credential|Signature)\s*[:=]\s*[^\s,;'"]+/gi,
];

/** The words of a server, which might quote what it was sent, without what nobody may read. */
export function redact(text: string): string {
  return SECRETS.reduce((clean, secret) => clean.replace(secret, '[redacted]'), text);
}
