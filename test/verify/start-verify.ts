import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { ENTRY, IMAGE } from '../support/entry.ts';

/** A run that goes on until it is told to end, as in the image. */
export interface StartedVerify {
  readonly child: ChildProcess;
  readonly stdout: Promise<string>;
  /** Resolves with the exit code. */
  readonly exited: Promise<number | null>;
  /** Resolves with the first line on the standard error that begins like this. */
  said(begin: string): Promise<string>;
}

export function startVerify(args: readonly string[], env: Readonly<Record<string, string>> = {}): StartedVerify {
  const child = spawn(process.execPath, [...IMAGE.nodeFlags, ENTRY, 'verify', ...args], {
    env: { ...IMAGE.env, ...env },
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (more: string) => {
    stderr += more;
  });
  return {
    child,
    stdout: text(child.stdout),
    exited: once(child, 'exit').then(([code]) => code),
    async said(begin) {
      for (;;) {
        const line = stderr.split(/(?<=\n)/).find((each) => each.startsWith(begin) && each.endsWith('\n'));
        if (line !== undefined) return line;
        await once(child.stderr, 'data');
      }
    },
  };
}
