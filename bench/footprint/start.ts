import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';

/** How a program is started. */
export interface Program {
  readonly nodeFlags: readonly string[];
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export interface Started {
  readonly pid: number;
  readonly port: number;
  /** From the start of the process to the first answered probe. */
  readonly startMs: number;
  stop(): Promise<void>;
}

/** Starts a program that listens on the port that `portVariable` says, and waits until it answers. */
export async function start(
  { nodeFlags, args, env }: Program,
  portVariable: string,
  wrapper: readonly string[] = [],
): Promise<Started> {
  const port = await freePort();
  const [command = '', ...rest] = [...wrapper, process.execPath, ...nodeFlags, ...args];
  const startedAt = performance.now();
  const child = spawn(command, rest, {
    env: { ...env, [portVariable]: String(port) },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const exited = once(child, 'exit');
  while (!(await answers(port))) {
    if (child.exitCode !== null) throw new Error(`${args[0]} ended with code ${child.exitCode} before it listened`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  return {
    pid: child.pid ?? 0,
    port,
    startMs: performance.now() - startedAt,
    async stop() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** Whether the readiness probe is answered. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    get({ host: '127.0.0.1', port, path: '/readyz', agent: false }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode === 200));
    }).once('error', () => resolve(false));
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
