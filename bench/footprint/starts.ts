import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { podEnvironment, writeServiceAccount } from '../../sim/kubernetes/tls.ts';
import { startScene } from './scene.ts';
import { type Program, start } from './start.ts';
import type { Variant } from './variants.ts';

/** Programs side by side, and the name of the variable that tells them their port. */
export type Starter = readonly [name: string, program: Program, portVariable: string];

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
    };
    const starters: readonly Starter[] = [
      ...Object.entries(bare).map(([name, program]): Starter => [name, program, 'PORT']),
      ...variants.map(
        ({ name, entry, ...variant }): Starter => [
          name,
          { ...variant, args: [entry], env: { ...variant.env, ...env } },
          'DRAIN_WAIT_PORT',
        ],
      ),
    ];
    const found = new Map<string, number[]>(starters.map(([name]) => [name, []]));
    for (let round = 0; round < rounds; round += 1) {
      for (const [name, program, portVariable] of starters) {
        const server = await start(program, portVariable);
        found.get(name)?.push(server.startMs);
        await server.stop();
      }
    }
    return found;
  } finally {
    await cluster.close();
    await rm(folder, { recursive: true, force: true });
  }
}
