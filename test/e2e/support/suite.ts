import { afterAll, beforeAll, describe, inject } from 'vitest';
import { startWorld, type World } from '../../../real/world.ts';
import type { RealCluster } from '../setup.ts';

/** A part of the suite, with AWS around the real cluster as long as it runs. Skipped where there is no such cluster. */
export function describeReal(name: string, part: (world: () => World, cluster: RealCluster) => void): void {
  const cluster = inject('realCluster');
  describe.skipIf(cluster.kind === 'skipped')(name, () => {
    let world: World | undefined;
    beforeAll(async () => {
      if (cluster.kind === 'cluster') world = await startWorld({ ...cluster, lagMs: LAG_MS });
    });
    afterAll(() => world?.close());
    part(() => {
      if (world === undefined) throw new Error('The world has not started');
      return world;
    }, cluster);
  });
}

/** From a pod's deletion until the controller hears of it. */
export const LAG_MS = 2_000;
