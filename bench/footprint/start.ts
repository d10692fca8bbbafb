import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { get } from 'node:http';
import { createInterface } from 'node:readline';

/** How a program is started that says in its first line, as JSON, on which `port` it listens. */
export interface Program {
  readonly nodeFlags: readonly string[];
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export interface Started {
  readonly pid: number;
  readonly url: string;
  /** From the start of the process to the first answered probe. */
  readonly startMs: number;
  stop(): Promise<void>;
}

/** Starts a program, and waits until it has answered a probe. */
export async function start({ nodeFlags, args, env }: Program): Promise<Started> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [...nodeFlags, ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const ended = exited.then(([code]): never => {
    throw new Error(`${args[0]} ended with code ${code} before it listened`);
  });
  const [line] = await Promise.race([once(createInterface({ input: child.stdout }), 'line'), ended]);
  ended.catch(() => {});
  const url = `http://127.0.0.1:${JSON.parse(String(line)).port}`;
  await answered(`${url}/readyz`);
  const startMs = performance.now() - startedAt;
  return {
    pid: child.pid ?? 0,
    url,
    startMs,
    async stop() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

function answered(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    get(url, { agent: false }, (response) => response.resume().once('end', resolve)).once('error', reject);
  });
}
