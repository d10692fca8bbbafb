import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';
import { importImage } from '../../real/node/node.ts';
import { ADDRESS, KUBECONFIG } from '../../real/node/place.ts';
import { missingParts } from '../../real/node/programs.ts';
import { useNode } from '../../real/node/use-node.ts';

/** Where the suite runs, or why it does not. */
export type RealCluster =
  | {
      readonly kind: 'cluster';
      readonly kubeconfig: string;
      /** The address of this machine at which pods reach it. */
      readonly host: string;
      /** Whether its kubelet is ours, to restart. */
      readonly ownNode: boolean;
    }
  | { readonly kind: 'skipped'; readonly missing: readonly string[] };

declare module 'vitest' {
  interface ProvidedContext {
    readonly realCluster: RealCluster;
  }
}

/** The cluster of KUBECONFIG, else a real node on this machine with the image of this commit. */
export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const { KUBECONFIG: kubeconfig = '', E2E_HOST: host = '' } = process.env;
  if (kubeconfig !== '') {
    if (host === '') throw new Error('With KUBECONFIG set E2E_HOST must say at which address pods reach this machine');
    project.provide('realCluster', { kind: 'cluster', kubeconfig, host, ownNode: false });
    return undefined;
  }
  const missing = await missingParts();
  if (missing.length > 0) {
    console.error(
      `\nSKIPPED: the end-to-end suite needs a real node, and for that more than is here:\n- ${missing.join('\n- ')}\n`,
    );
    project.provide('realCluster', { kind: 'skipped', missing });
    return undefined;
  }
  const say = (text: string) => console.log(`real node: ${text}`);
  const archive = process.env['E2E_IMAGE'] ?? (await buildImage(say));
  const { signal } = new AbortController();
  const node = await useNode({ say, signal });
  try {
    await importImage(archive, signal);
  } catch (error) {
    await node.close();
    throw error;
  }
  project.provide('realCluster', { kind: 'cluster', kubeconfig: KUBECONFIG, host: ADDRESS, ownNode: true });
  return node.close;
}

/** Of this commit, and started once. Resolves with the archive. */
async function buildImage(say: (text: string) => void): Promise<string> {
  say('builds the image');
  await promisify(execFile)(process.execPath, ['scripts/image.ts'], { maxBuffer: 10_000_000 });
  return 'image/drain-wait.tar';
}
