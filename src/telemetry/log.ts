import { writeFileSync } from 'node:fs';
import type { ApiError } from '../core/errors.ts';
import { DELETION_UNSEEN, type HoldEvent, type Journal, UNDRAINABLE } from '../core/journal.ts';
import { REASONS } from '../core/outcome.ts';
import { groupName } from '../core/target.ts';
import { podName } from '../core/words.ts';

/** From the least severe to the most. */
const LEVELS = ['debug', 'info', 'warn', 'error'] as const;

type Level = (typeof LEVELS)[number];

export type Log = Readonly<Record<Level, (fields: Readonly<Record<string, unknown>>, message: string) => void>>;

/**
 * JSON lines on a file descriptor. Written at once, so that the last line of a process is never lost; a line is a constant
 * message with fields, and no field ever holds a token or a credential. Our own, because of what a library
 * for this weighs in every idle sidecar (docs/footprint.md).
 */
export function createLog(least: Level, fileDescriptor: 1 | 2): Log {
  function write(level: Level, fields: Readonly<Record<string, unknown>>, message: string): void {
    if (LEVELS.indexOf(level) < LEVELS.indexOf(least)) return;
    writeLine(fileDescriptor, { level, time: new Date().toISOString(), ...fields, msg: message });
  }
  return {
    debug: (fields, message) => write('debug', fields, message),
    info: (fields, message) => write('info', fields, message),
    warn: (fields, message) => write('warn', fields, message),
    error: (fields, message) => write('error', fields, message),
  };
}

/** One line of JSON, written before this returns. Never throws. */
export function writeLine(fileDescriptor: 1 | 2, line: Readonly<Record<string, unknown>>): void {
  try {
    writeFileSync(fileDescriptor, `${JSON.stringify(line)}\n`);
  } catch {
    // Nobody reads, or the disk is full. There is nobody left to tell, and a hold must not end by it.
  }
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
      return {
        level: 'info',
        message: 'hold started',
        pod: podName(event.pod),
        deadlineInMs: event.deadlineInMs,
        ...observed(event),
      };
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
    case 'undrainable':
      return { level: 'warn', message: UNDRAINABLE, services: event.services };
    case 'deletion-unseen':
      return { level: 'warn', message: DELETION_UNSEEN, endpoint: event.endpoint };
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
    case 'cut-short':
      return {
        level: event.observed === true ? 'info' : 'warn',
        message: 'told to stop during the hold',
        pod: podName(event.pod),
        heldMs: event.heldMs,
        ...observed(event),
        kubernetes: event.kubernetes,
        targets: event.targets,
      };
    default:
      return event satisfies never;
  }
}

function observed({ observed }: { readonly observed?: true }): { readonly observed?: true } {
  return observed === undefined ? {} : { observed };
}

/** An error as a field of a log line. */
function describeError({ kind, message }: ApiError): { readonly kind: string; readonly message: string } {
  return { kind, message };
}
