import { type Agent, type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http';
import { type RequestOptions, request as requestHttps } from 'node:https';
import type { TcpSocketConnectOpts } from 'node:net';
import { MOST_BODY_BYTES } from './limits.ts';
import { follow, type Progress } from './progress.ts';
import { lateWords, troubleWords } from './trouble.ts';

export interface Question {
  readonly url: string | URL;
  /** `false`: over a connection of its own. It fits the URL's protocol. */
  readonly agent: Agent | false;
  /** The client gives up. */
  readonly signal: AbortSignal;
  /** Method, header and how to connect. Absent: a plain GET. */
  readonly options?: AskOptions;
}

export type AskOptions = RequestOptions & Pick<TcpSocketConnectOpts, 'autoSelectFamilyAttemptTimeout'>;

/** What came of a question. */
export type Outcome =
  | {
      readonly kind: 'answer';
      readonly status: number;
      /** False where it broke off in the middle of the body. */
      readonly whole: boolean;
      /** True where the body was longer than `MOST_BODY_BYTES`; the rest was not read. */
      readonly cut: boolean;
    }
  /** In the words of trouble.ts. */
  | { readonly kind: 'trouble'; readonly why: string };

/**
 * Sends one request and reads the whole answer. Never rejects.
 *
 * A request that finds its old connection closed is sent once more, as every HTTP client does (RFC 9112 section 9.3.1,
 * browsers, Go net/http): the server may close an idle connection at any time, also while a request is on its way. So the
 * method must be one that may be repeated.
 */
export async function ask(question: Question): Promise<Outcome> {
  const { outcome, stale } = await attempt(question);
  return stale ? (await attempt({ ...question, agent: false })).outcome : outcome;
}

/** Why an outcome is a failure; undefined where it is none. */
export function failureOf(outcome: Outcome, isGood: (status: number) => boolean): string | undefined {
  if (outcome.kind === 'trouble') return outcome.why;
  if (!isGood(outcome.status)) return `HTTP ${outcome.status}`;
  return outcome.whole ? undefined : 'broken answer';
}

interface Attempt {
  readonly outcome: Outcome;
  /** Whether the server may have closed an old connection before it saw the request. */
  readonly stale: boolean;
}

function attempt(question: Question): Promise<Attempt> {
  const { signal } = question;
  return new Promise((resolve) => {
    let answered = false;
    const sent = send(question);
    const progress = follow(sent);
    const settle = (outcome: Outcome, stale = false) => {
      if (signal.aborted) resolve({ outcome: { kind: 'trouble', why: lateWords(progress.phase()) }, stale: false });
      else resolve({ outcome, stale });
    };
    sent.on('response', (answer) => {
      answered = true;
      void read(answer).then((outcome) => settle(outcome));
    });
    sent.on('error', (error: NodeJS.ErrnoException) => {
      if (answered) return;
      const why = whyOf(error, progress);
      settle({ kind: 'trouble', why }, why === 'connection reset' && sent.reusedSocket);
    });
    sent.end();
  });
}

function send({ url, agent, signal, options }: Question): ClientRequest {
  const given = { ...options, agent, signal };
  return new URL(url).protocol === 'https:' ? requestHttps(url, given) : requestHttp(url, given);
}

function whyOf(error: NodeJS.ErrnoException, { phase, received }: Progress): string {
  return received() > 0 ? 'broken answer' : troubleWords(error, phase());
}

/** Resolves at the end of the body, or where too much of it has been read. */
function read(answer: IncomingMessage): Promise<Outcome> {
  let bytes = 0;
  return new Promise((resolve) => {
    answer
      .on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > MOST_BODY_BYTES) answer.destroy();
      })
      .on('error', () => {})
      .once('close', () => {
        const cut = bytes > MOST_BODY_BYTES;
        resolve({ kind: 'answer', status: answer.statusCode ?? 0, whole: cut || answer.complete, cut });
      });
  });
}
