import { join } from 'node:path';
import type { Kubectl } from './kubectl.ts';

const CRDS = join(import.meta.dirname, '../test/manifests/crds');

/**
 * Resolves when the API server serves what the load balancer controller and others bring to a cluster. Rejects where they have brought
 * it already: the API server sees a conflict. A real controller would take our target groups for its own.
 */
export async function applyCrds(kubectl: Kubectl): Promise<void> {
  await kubectl(['apply', '--server-side', `--filename=${CRDS}`]);
  await kubectl(['wait', '--for=condition=Established', '--timeout=30s', `--filename=${CRDS}`]);
}
