import type { TestProject } from 'vitest/node';
import { type RealCluster as Cluster, useCluster } from '../../real/use-cluster.ts';

/** Where the suite runs, or why it does not. */
export type RealCluster =
  | ({ readonly kind: 'cluster' } & Cluster)
  | { readonly kind: 'skipped'; readonly missing: readonly string[] };

declare module 'vitest' {
  interface ProvidedContext {
    readonly realCluster: RealCluster;
  }
}

export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const say = (text: string) => console.log(`real node: ${text}`);
  const used = await useCluster({ say, signal: new AbortController().signal });
  if (used.kind === 'cluster') {
    project.provide('realCluster', { kind: 'cluster', ...used.cluster });
    return used.close;
  }
  const { missing } = used;
  if (process.env['E2E_REQUIRED'] === 'true')
    throw new Error(`The end-to-end suite must run, and it needs more than is here:\n- ${missing.join('\n- ')}`);
  console.error(
    `\nSKIPPED: the end-to-end suite needs a real node, and for that more than is here:\n- ${missing.join('\n- ')}\n`,
  );
  project.provide('realCluster', { kind: 'skipped', missing });
  return undefined;
}
