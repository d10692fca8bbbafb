import { randomUUID } from 'node:crypto';
import type { AwsError } from './aws-error.ts';

/** One call of the AWS Query protocol: a form in the body of a POST, signed by Signature Version 4. */
export interface Call {
  readonly action: string;
  /** The version of the API, which also says which service is meant. */
  readonly version: string;
  readonly params: URLSearchParams;
  /** From the signature. Absent: the call is not signed. */
  readonly credential: { readonly accessKeyId: string; readonly region: string } | undefined;
}

/** Who calls, and which Region's endpoint. */
export interface Caller {
  readonly account: string;
  readonly region: string;
}

/** What an answer says: a list is made of `<member>`s, an absent field is left out. */
export type Xml = string | number | readonly Xml[] | { readonly [name: string]: Xml | undefined };

/** Does one action and returns its result; throws an AwsError where the real one answers with an error. */
export type Action = (call: Call, caller: Caller) => Xml;

/** Signatures are not checked, only read: nothing here has a secret to protect. */
export function parseCall(body: string, authorization: string | undefined): Call {
  const params = new URLSearchParams(body);
  const [, accessKeyId, region] = /Credential=([^/]+)\/\d+\/([^/]+)\//.exec(authorization ?? '') ?? [];
  return {
    action: params.get('Action') ?? '',
    version: params.get('Version') ?? '',
    params,
    credential: accessKeyId === undefined || region === undefined ? undefined : { accessKeyId, region },
  };
}

/** A list of parameters: what `read` finds at `<name>.member.1`, `.2` and so on, until it finds nothing. */
export function members<Item>(name: string, read: (key: string) => Item | undefined): readonly Item[] {
  const found: Item[] = [];
  for (let position = 1; ; position += 1) {
    const item = read(`${name}.member.${position}`);
    if (item === undefined) return found;
    found.push(item);
  }
}

/** An HTTP answer. */
export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly requestId: string;
  /** Absent: not an error. */
  readonly errorCode?: string;
}

export function resultAnswer(namespace: string, action: string, result: Xml): Answer {
  const requestId = randomUUID();
  const body = toXml({ [`${action}Result`]: result, ResponseMetadata: { RequestId: requestId } });
  const root = `${action}Response`;
  return { status: 200, type: 'text/xml', body: `<${root} xmlns="${namespace}">${body}</${root}>`, requestId };
}

export function errorAnswer({ code, message, status }: AwsError): Answer {
  const requestId = randomUUID();
  const error = { Type: status < 500 ? 'Sender' : 'Receiver', Code: code, Message: message };
  const body = toXml({ ErrorResponse: { Error: error, RequestId: requestId } });
  return { status, type: 'text/xml', body, requestId, errorCode: code };
}

function toXml(value: Xml): string {
  if (typeof value === 'string' || typeof value === 'number') return escapeXml(String(value));
  if (isList(value)) return value.map((item) => `<member>${toXml(item)}</member>`).join('');
  return Object.entries(value)
    .map(([name, content]) => (content === undefined ? '' : `<${name}>${toXml(content)}</${name}>`))
    .join('');
}

function isList(value: Xml): value is readonly Xml[] {
  return Array.isArray(value);
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? character);
}
