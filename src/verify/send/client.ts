import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { VerifyRequest } from '../request.ts';
import { type AskOptions, ask, type Outcome } from './ask.ts';
import { KEPT, keptConnections } from './kept-connections.ts';
import { sharedLookup } from './shared-lookup.ts';

/** With --keep-alive. */
const CONNECTIONS = 4;
/** Of several addresses of a name, each is tried for so long. Node's 500 ms would call a far one dead. */
const ADDRESS_TIMEOUT_MS = 2_000;

/** Sends the same request again and again. */
export interface Client {
  ask(signal: AbortSignal): Promise<Outcome>;
  close(): void;
}

export type Asked = Pick<VerifyRequest, 'url' | 'method' | 'header' | 'keepAlive' | 'connectTo' | 'insecure'>;

/** `version` is that of drain-wait, for the access log of whoever answers. */
export function createClient(request: Asked, version: string): Client {
  const { url, keepAlive } = request;
  const createAgent = () => (url.protocol === 'https:' ? new HttpsAgent(KEPT) : new HttpAgent(KEPT));
  const kept = keptConnections(keepAlive ? CONNECTIONS : 0, createAgent);
  const options = optionsOf(request, version);
  return {
    ask: (signal) => ask({ url, agent: kept.next(), signal, options }),
    close: kept.close,
  };
}

function optionsOf({ url, method, header, connectTo, insecure }: Asked, version: string): AskOptions {
  return {
    method,
    headers: {
      host: url.host,
      'user-agent': `drain-wait/${version} verify`,
      ...Object.fromEntries(Object.entries(header).map(([name, values]) => [name, onlyOrAll(values)])),
    },
    lookup: sharedLookup(),
    autoSelectFamilyAttemptTimeout: ADDRESS_TIMEOUT_MS,
    rejectUnauthorized: !insecure,
    ...connectTo,
  };
}

/** A field that may be there once only, like Host, must not be a list. */
function onlyOrAll(values: readonly string[]): string | string[] {
  const [only = '', ...more] = values;
  return more.length === 0 ? only : [only, ...more];
}
