import { afterAll, beforeAll, describe, inject } from 'vitest';
import type { AwsSideOptions } from '../../../real/aws-side.ts';
import { startWorld, type World } from '../../../real/world.ts';
import type { RealCluster } from '../setup.ts';

/** From a pod's deletion until the controller hears of it, unless a part says otherwise. */
const LAG_MS = 2_000;

/** On the node of this machine only its pods are; elsewhere the pods have any addresses. */
function reachable({ ownNode }: { readonly ownNode: boolean }): Pick<AwsSideOptions, 'isReachable'> {
  return ownNode ? {} : { isReachable: () => true };
}

/** A part of the suite, with AWS around the real cluster as long as it runs. Skipped where there is no such cluster. */
export function describeReal(
  name: string,
  part: (world: () => World, cluster: RealCluster) => void,
  options: Pick<AwsSideOptions, 'lagMs'> = {},
): void {
  const cluster = inject('realCluster');
  describe.skipIf(cluster.kind === 'skipped')(name, () => {
    let world: World | undefined;
    beforeAll(async () => {
      if (cluster.kind === 'cluster')
        world = await startWorld({ ...cluster, ...reachable(cluster), lagMs: LAG_MS, ...options });
    });
    afterAll(() => world?.close());
    part(() => {
      if (world === undefined) throw new Error('The world has not started');
      return world;
    }, cluster);
  });
}
