import type { ServerResponse } from 'node:http';
import type { Clock } from '../src/core/ports.ts';

/**
 * One way in which an embedded API misbehaves:
 * - `status`: answers with this HTTP status (and, for ELBv2, this error `code`, for example `Throttling` or `AccessDenied`)
 * - `hang`: takes the request and never answers
 * - `reset`: closes the connection without an answer
 * - `garbage`: HTTP 200 with a body that nobody can parse
 * - `truncate`: HTTP 200, half of the real body, then the connection closes
 * - `cut`: HTTP 200, half of the real body as if it were the whole one
 * - `slow`: the real answer after `ms` of simulated time
 * - `drip`: the real answer, one byte of its body every `everyMs` of simulated time
 * - `huge`: the real answer, its body followed by blanks to a length of `bytes`
 * - `rewrite`: the real answer, with each `from` in its body replaced by its `to`
 */
export type Fault =
  | { readonly kind: 'status'; readonly status: number; readonly code?: string }
  | { readonly kind: 'hang' }
  | { readonly kind: 'reset' }
  | { readonly kind: 'garbage' }
  | { readonly kind: 'truncate' }
  | { readonly kind: 'cut' }
  | { readonly kind: 'slow'; readonly ms: number }
  | { readonly kind: 'drip'; readonly everyMs: number }
  | { readonly kind: 'huge'; readonly bytes: number }
  | { readonly kind: 'rewrite'; readonly replace: readonly { readonly from: string; readonly to: string }[] };

export interface FaultRule {
  readonly fault: Fault;
  /** Only requests whose name contains this text: an ELBv2 action, or `GET /api/v1/...`. Absent: every request. */
  readonly match?: string;
  /** How many requests it hits. Absent: no limit. */
  readonly times?: number;
  /** For how long it is in force, in simulated ms. Absent: until cleared. */
  readonly forMs?: number;
}

/** The faults planted in one embedded API. The first rule that fits a request hits it. */
export interface Faults {
  add(rule: FaultRule): void;
  clear(): void;
  /** The fault that hits the request called `name` now, counted as one of its times; undefined when none does. */
  take(name: string): Fault | undefined;
}

export function createFaults(clock: Clock): Faults {
  let planted: { readonly rule: FaultRule; readonly until: number; left: number }[] = [];
  return {
    add(rule) {
      planted.push({
        rule,
        until: clock.now() + (rule.forMs ?? Number.POSITIVE_INFINITY),
        left: rule.times ?? Number.POSITIVE_INFINITY,
      });
    },
    clear() {
      planted = [];
    },
    take(name) {
      const now = clock.now();
      planted = planted.filter(({ until, left }) => now < until && left > 0);
      const hit = planted.find(({ rule }) => rule.match === undefined || name.includes(rule.match));
      if (hit === undefined) return undefined;
      hit.left -= 1;
      return hit.rule.fault;
    },
  };
}

/** Whether the real answer is what it bends: a request that was refused, or that nobody answers, has done nothing. */
export function bendsRealAnswer({ kind }: Fault): boolean {
  return !['status', 'hang', 'reset', 'garbage'].includes(kind);
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** Sends what an API would answer, bent by `fault`. `errorBody` makes the API's own error document. */
export async function answerWith(
  response: ServerResponse,
  fault: Fault | undefined,
  answer: Answer,
  errorBody: (status: number, code: string | undefined) => string,
  clock: Clock,
): Promise<void> {
  const send = (status: number, body: string) =>
    response.writeHead(status, { 'content-type': answer.type, 'content-length': Buffer.byteLength(body) }).end(body);
  if (fault === undefined) {
    send(answer.status, answer.body);
    return;
  }
  switch (fault.kind) {
    case 'status':
      send(fault.status, errorBody(fault.status, fault.code));
      return;
    case 'hang':
      return;
    case 'reset':
      response.destroy();
      return;
    case 'garbage':
      send(200, '%%% not what you asked for <<<{');
      return;
    case 'truncate':
      response.writeHead(200, { 'content-type': answer.type, 'content-length': Buffer.byteLength(answer.body) });
      response.write(half(answer.body), () => response.destroy());
      return;
    case 'cut':
      send(200, half(answer.body));
      return;
    case 'slow':
      await clock.sleep(fault.ms);
      send(answer.status, answer.body);
      return;
    case 'drip':
      await drip(response, answer, fault.everyMs, clock);
      return;
    case 'huge':
      await pad(response, answer, fault.bytes);
      return;
    case 'rewrite':
      send(
        answer.status,
        fault.replace.reduce((body, { from, to }) => body.replaceAll(from, to), answer.body),
      );
      return;
    default:
      fault satisfies never;
  }
}

function half(text: string): string {
  return text.slice(0, Math.floor(text.length / 2));
}

/** Ends with the connection, which a client that has lost its patience closes. */
async function drip(response: ServerResponse, { status, type, body }: Answer, everyMs: number, clock: Clock) {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const bytes = Buffer.from(body);
  response.writeHead(status, { 'content-type': type, 'content-length': bytes.length });
  for (const byte of bytes) {
    if (gone.signal.aborted) return;
    response.write(Buffer.of(byte));
    await clock.sleep(everyMs, gone.signal);
  }
  response.end();
}

const BLANKS = Buffer.alloc(64 * 1024, ' ');

/** Sends no faster than the client reads. */
async function pad(response: ServerResponse, { status, type, body }: Answer, bytes: number) {
  const start = Buffer.from(body);
  response.writeHead(status, { 'content-type': type, 'content-length': Math.max(bytes, start.length) });
  response.write(start);
  for (let left = bytes - start.length; left > 0 && !response.destroyed; left -= BLANKS.length) {
    if (response.write(BLANKS.subarray(0, left))) continue;
    await new Promise<void>((resolve) => response.once('drain', resolve).once('close', resolve));
  }
  response.end();
}
