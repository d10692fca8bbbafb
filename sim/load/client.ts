import { type Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import type { Socket } from 'node:net';

export interface Question {
  readonly url: string;
  /** `false`: over a connection of its own. */
  readonly agent: Agent | false;
  /** The client gives up. */
  readonly signal: AbortSignal;
}

interface Trouble {
  readonly why: string;
  /** Whether the server may have closed an old connection before it saw the request. */
  readonly stale: boolean;
}

/**
 * Sends a GET and reads the whole answer. Undefined for a good one, else what went wrong: a status of 400 or more, or
 * anything that breaks. Never rejects.
 *
 * A request that finds its old connection closed is sent once more, as every HTTP client does (RFC 9112 section 9.3.1,
 * browsers, Go net/http): the server may close an idle connection at any time, also while a request is on its way.
 */
export async function ask(question: Question): Promise<string | undefined> {
  const trouble = await attempt(question);
  if (trouble?.stale !== true) return trouble?.why;
  return (await attempt({ ...question, agent: false }))?.why;
}

function attempt({ url, agent, signal }: Question): Promise<Trouble | undefined> {
  return new Promise((resolve) => {
    const settle = (why: string | undefined, stale = false) =>
      resolve(signal.aborted ? { why: 'no answer', stale: false } : why === undefined ? undefined : { why, stale });
    let answered = false;
    const sent = request(url, { agent, signal });
    const received = countReceived(sent);
    sent.on('response', (answer) => {
      answered = true;
      void read(answer).then((why) => settle(why));
    });
    sent.on('error', (error: NodeJS.ErrnoException) => {
      if (answered) return;
      const why = received() > 0 ? 'broken answer' : whyOf(error);
      settle(why, why === 'connection reset' && sent.reusedSocket);
    });
    sent.end();
  });
}

/** Bytes of the answer to this request: an old connection has received others before. */
function countReceived(sent: ClientRequest): () => number {
  let socket: Socket | undefined;
  let before = 0;
  sent.once('socket', (given) => {
    socket = given;
    before = given.bytesRead;
  });
  return () => (socket?.bytesRead ?? 0) - before;
}

/** Resolves at the end of the body, with what is wrong with it. */
function read(answer: IncomingMessage): Promise<string | undefined> {
  const { statusCode = 0 } = answer;
  return new Promise((resolve) => {
    answer
      .resume()
      .on('error', () => {})
      .once('close', () => {
        if (statusCode >= 400) resolve(`HTTP ${statusCode}`);
        else resolve(answer.complete ? undefined : 'broken answer');
      });
  });
}

function whyOf({ code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case 'ECONNREFUSED':
      return 'connection refused';
    case 'ECONNRESET':
    case 'EPIPE':
      return 'connection reset';
    default:
      // Of the client's own making, like EMFILE. It must not look like a fault of the server.
      return code ?? message;
  }
}
