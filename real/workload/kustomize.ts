import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { Kubectl } from '../kubectl.ts';

const MANIFESTS = join(import.meta.dirname, '../../manifests');

/** A user's kustomization. */
export interface Overlay {
  readonly namespace?: string;
  /** Objects of the user's own. */
  readonly objects?: readonly object[];
  /** Folders below `manifests/`. */
  readonly resources?: readonly string[];
  readonly components?: readonly string[];
  readonly patches?: readonly object[];
}

/** What the shipped manifests make of a user's own: the YAML that `kubectl apply` takes. */
export async function kustomize(kubectl: Kubectl, overlay: Overlay): Promise<string> {
  const { objects = [], resources = [], components = [], ...rest } = overlay;
  const folder = await mkdtemp(join(tmpdir(), 'drain-wait-overlay-'));
  const shipped = (path: string) => relative(folder, join(MANIFESTS, path));
  const kustomization = {
    ...rest,
    resources: [...objects.map((_, index) => `${index}.yaml`), ...resources.map(shipped)],
    components: components.map(shipped),
  };
  try {
    await Promise.all(objects.map((object, index) => writeFile(join(folder, `${index}.yaml`), JSON.stringify(object))));
    await writeFile(join(folder, 'kustomization.yaml'), JSON.stringify(kustomization));
    return await kubectl(['kustomize', folder]);
  } finally {
    await rm(folder, { recursive: true });
  }
}
