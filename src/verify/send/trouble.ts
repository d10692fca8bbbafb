import type { Phase } from './progress.ts';

/** What a client is told that gave up while it waited for this. */
export function lateWords(phase: Phase): string {
  switch (phase) {
    case 'name':
      return 'no DNS answer';
    case 'connection':
      return 'no connection';
    case 'handshake':
      return 'no TLS handshake';
    case 'answer':
      return 'no answer';
    default:
      return phase satisfies never;
  }
}

/** What an error of a request means that has not got a byte of its answer. */
export function troubleWords({ code, message }: NodeJS.ErrnoException, phase: Phase): string {
  if (phase === 'name') return `DNS ${code ?? message}`;
  switch (code) {
    case 'ECONNREFUSED':
      return 'connection refused';
    case 'ECONNRESET':
    case 'EPIPE':
      return 'connection reset';
    case 'ETIMEDOUT':
      return lateWords(phase);
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return 'no route';
    default:
      // Else of the client's own making, like EMFILE. It must not look like a fault of the server.
      return phase === 'handshake' ? `TLS ${code ?? message}` : (code ?? message);
  }
}
