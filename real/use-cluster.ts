import type { AwsSideOptions } from './aws-side.ts';
import { applyCrds } from './crds.ts';
import { imageArchive, missingForImage } from './image.ts';
import { createKubectl } from './kubectl.ts';
import { importImage, type NodeOptions } from './node/node.ts';
import { ADDRESS, KUBECONFIG } from './node/place.ts';
import { missingParts } from './node/programs.ts';
import { useNode } from './node/use-node.ts';

/** Where real pods run. */
export interface RealCluster extends Pick<AwsSideOptions, 'kubeconfig' | 'host'> {
  /** Whether it is the node of this machine: then its kubelet is ours, to restart. */
  readonly ownNode: boolean;
}

export type UsedCluster =
  | {
      readonly kind: 'cluster';
      readonly cluster: RealCluster;
      /** Clears away what was made for it. */
      readonly close: () => Promise<void>;
    }
  | { readonly kind: 'missing'; readonly missing: readonly string[] };

/** The cluster of `KUBECONFIG`, else a real node on this machine with the image of this commit; with the CRDs, in any case. */
export async function useCluster(options: NodeOptions): Promise<UsedCluster> {
  const { KUBECONFIG: kubeconfig = '', E2E_HOST: host = '' } = process.env;
  // `npm run cluster -- up` tells its user to set it.
  if (kubeconfig === '' || kubeconfig === KUBECONFIG) return await useOwnNode(options);
  if (host === '') throw new Error('With KUBECONFIG set E2E_HOST must say at which address pods reach this machine');
  await applyCrds(await createKubectl(kubeconfig, options.signal));
  return { kind: 'cluster', cluster: { kubeconfig, host, ownNode: false }, close: async () => {} };
}

async function useOwnNode(options: NodeOptions): Promise<UsedCluster> {
  const missing = [...(await missingParts()), ...(await missingForImage())];
  if (missing.length > 0) return { kind: 'missing', missing };
  const archive = await imageArchive(options);
  const node = await useNode(options);
  try {
    await importImage(archive, options.signal);
    await applyCrds(await createKubectl(KUBECONFIG, options.signal));
  } catch (error) {
    await node.close();
    throw error;
  }
  return { kind: 'cluster', cluster: { kubeconfig: KUBECONFIG, host: ADDRESS, ownNode: true }, close: node.close };
}
