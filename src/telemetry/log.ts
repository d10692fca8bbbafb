import { type Logger, pino } from 'pino';
import type { ApiError } from '../core/errors.ts';
import type { HoldEvent, Journal } from '../core/journal.ts';
import { REASONS } from '../core/outcome.ts';
import type { PodRef } from '../core/ports.ts';
import { groupName } from '../core/target.ts';

export type Log = Logger;

/**
 * JSON lines on a file descriptor. Written at once, so that the last line of a process is never lost; a line is a constant
 * message with fields, and no field ever holds a token or a credential.
 */
export function createLog(level: string, fileDescriptor: 1 | 2): Log {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    pino.destination({ fd: fileDescriptor, sync: true }),
  );
}

/** Writes what a hold tells. */
export function journalTo(log: Log): Journal {
  return (event) => {
    const { level, message, ...fields } = lineOf(event);
    log[level](fields, message);
  };
}

interface Line {
  readonly level: 'info' | 'warn';
  readonly message: string;
  readonly [field: string]: unknown;
}

function lineOf(event: HoldEvent): Line {
  switch (event.kind) {
    case 'hold-started':
      return { level: 'info', message: 'hold started', pod: podName(event.pod), deadlineInMs: event.deadlineInMs };
    case 'pod-unreadable':
      return { level: 'warn', message: 'own pod cannot be read', error: describeError(event.error) };
    case 'pod-gone':
      return { level: 'warn', message: 'pod was force-deleted', error: describeError(event.error) };
    case 'deadline-changed':
      return { level: 'info', message: 'deadline changed', deadlineInMs: event.deadlineInMs };
    case 'discovered': {
      const { source, groups, complete, problems } = event.discovery;
      return {
        level: problems.length > 0 ? 'warn' : 'info',
        message:
          groups.length > 0 ? 'targets found' : event.known > 0 ? 'no further targets found' : 'no targets found',
        source,
        targetGroups: groups.map(({ group }) => groupName(group)),
        ...(complete ? {} : { complete }),
        ...(problems.length > 0 ? { problems: problems.map(describeError) } : {}),
      };
    }
    case 'call-failed':
      return {
        level: 'warn',
        message: 'ELBv2 call failed',
        targetGroup: event.targetGroup,
        error: describeError(event.error),
      };
    case 'port-followed':
      return {
        level: 'warn',
        message: 'target found under another port',
        ...event.target,
        insteadOfPort: event.insteadOfPort,
      };
    case 'target-changed':
      return {
        level: 'info',
        message: 'target state',
        ...event.target,
        state: event.state,
        atMs: Math.round(event.atMs),
      };
    case 'released': {
      const level = REASONS[event.summary.reason].exitCode === 0 ? 'info' : 'warn';
      return { level, message: 'hold released', pod: podName(event.pod), ...event.summary };
    }
    default:
      return event satisfies never;
  }
}

/** An error as a field of a log line. */
function describeError({ kind, message }: ApiError): { readonly kind: string; readonly message: string } {
  return { kind, message };
}

function podName({ namespace, name }: PodRef): string {
  return `${namespace}/${name}`;
}
