import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { podEnvironment, writeServiceAccount } from '../../sim/kubernetes/tls.ts';
import { startScene } from './scene.ts';
import { type Program, start } from './start.ts';
import type { Variant } from './variants.ts';

const PAUSE_MS = 300;

/** Ms from the start of the process to the first answered probe: `rounds` times each, in turn. */
export async function measureStarts(
  bare: Readonly<Record<string, Program>>,
  variants: readonly Variant[],
  rounds: number,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const folder = await mkdtemp(join(tmpdir(), 'footprint-'));
  const cluster = await startScene();
  try {
    await writeServiceAccount(folder, cluster.kubernetesTls, 'token');
    const env = {
      ...podEnvironment(cluster.kubernetesTls, folder),
      DRAIN_WAIT_POD_NAME: 'web-0',
      DRAIN_WAIT_POD_NAMESPACE: 'default',
      DRAIN_WAIT_PORT: '0',
    };
    const sidecars = variants.map(({ name, entry, ...variant }): readonly [string, Program] => [
      name,
      { ...variant, args: [entry], env: { ...variant.env, ...env } },
    ]);
    const programs = [...Object.entries(bare), ...sidecars];
    const found = new Map<string, number[]>(programs.map(([name]) => [name, []]));
    for (let round = 0; round < rounds; round += 1) {
      for (const [name, program] of programs) {
        const server = await start(program);
        found.get(name)?.push(server.startMs);
        await server.stop();
        // The start-up check that it has begun ends now, and must not be in the way of the next one.
        await sleep(PAUSE_MS);
      }
    }
    return found;
  } finally {
    await cluster.close();
    await rm(folder, { recursive: true, force: true });
  }
}
