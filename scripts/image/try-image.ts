import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import packageJson from '../../package.json' with { type: 'json' };
import { confinementProblems } from './confinement.ts';
import { createContainer } from './container.ts';
import { say } from './say.ts';
import type { Workshop } from './workshop.ts';

/** Far more than it takes, even on a busy machine. */
const START_TIMEOUT_MS = 60_000;

const PAUSE_MS = 20;

/** Starts the image once, waits until it is ready, looks how it is confined, and stops it. @throws when any of that fails. */
export async function tryImage(image: string, workshop: Workshop): Promise<void> {
  const port = await freePort();
  const env = {
    DRAIN_WAIT_PORT: `${port}`,
    DRAIN_WAIT_POD_NAME: 'web',
    DRAIN_WAIT_POD_NAMESPACE: 'shop',
    // A native sidecar ends when it is told to: there is no application to wait for.
    DRAIN_WAIT_SIDECAR: 'native',
  };
  const container = await createContainer(image, { args: ['serve'], env }, workshop);
  const startedAt = performance.now();
  const ended = container.run();
  try {
    await Promise.race([untilReady(port, workshop.signal), ended.then(endedEarly)]);
    say(`is ready ${Math.round(performance.now() - startedAt)} ms after its start`);
    const problems = await confinementProblems(await container.pid());
    if (problems.length > 0) throw new Error(`The container is not confined:\n${problems.join('\n')}`);
    say('runs as 65532:65532 on a read-only root, without capabilities or a way to get any');
    const version = (await container.exec(['drain-wait', 'version'])).trim();
    if (version !== packageJson.version) throw new Error(`drain-wait version in the container prints '${version}'`);
    say(`has the command drain-wait, version ${version}, for kubectl exec`);
    const stoppedAt = performance.now();
    await container.stop();
    await ended;
    say(`ends with exit code 0, ${Math.round(performance.now() - stoppedAt)} ms after SIGTERM`);
  } finally {
    await container.remove();
    await Promise.allSettled([ended]);
  }
}

async function untilReady(port: number, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (!(await isReady(port))) {
    if (performance.now() > deadline) throw new Error(`The container is not ready after ${START_TIMEOUT_MS / 1000} s`);
    await sleep(PAUSE_MS, undefined, { signal });
  }
}

async function isReady(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/readyz`)).status === 200;
  } catch {
    return false;
  }
}

function endedEarly(): never {
  throw new Error('The container has ended before it was ready');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
