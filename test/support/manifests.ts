import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KubernetesObject, V1Container, V1PodSpec, V1PodTemplateSpec } from '@kubernetes/client-node';
import { parseAllDocuments } from 'yaml';
import { IMAGE } from '../../real/workload/image.ts';
import { SETTINGS } from '../../src/settings.ts';
import { HOOK_PORT, type SidecarOptions, sidecarContainer } from '../../src/workload/sidecar.ts';

/** Any object of a manifest. */
export interface Manifest extends KubernetesObject {
  readonly [member: string]: unknown;
}

/** The objects of a manifest with one or more documents. */
export function objectsOf(text: string): readonly Manifest[] {
  return [parseAllDocuments(text)].flat().map((document) => document.toJS() as Manifest);
}

/** The only object of this kind, and of this name where one is given. @throws where there is none, or another one. */
export function only(objects: readonly Manifest[], kind: string, name?: string): Manifest {
  const [found, another] = objects.filter(
    (object) => object.kind === kind && (name === undefined || object.metadata?.name === name),
  );
  if (found === undefined || another !== undefined) throw new Error(`There is not one ${kind} ${name ?? ''}`);
  return found;
}

/** The spec of the pods that a workload makes. @throws where it makes none. */
export function podSpecOf({ kind, spec }: Manifest): V1PodSpec {
  const { template } = spec as { readonly template?: V1PodTemplateSpec };
  if (template?.spec === undefined) throw new Error(`A ${kind} makes no pods`);
  return template.spec;
}

/** The sidecar as every way of adding it makes it, without settings and for a pod with 60 s, but for `options`. */
export function expectedSidecar(options: Partial<SidecarOptions> = {}): V1Container {
  return sidecarContainer({
    kind: 'native',
    image: IMAGE,
    gracePeriodSeconds: 60,
    port: HOOK_PORT,
    settings: {},
    ...options,
  });
}

/** Every file below `manifests/`, or below a folder of it, with what is in it. */
export async function shippedFiles(folder = ''): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(join('manifests', folder), { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return new Map(await Promise.all(paths.map(async (path) => [path, await readFile(path, 'utf8')] as const)));
}

/** The names of settings in a text that there are not. */
export function unknownSettings(text: string): readonly string[] {
  const known: readonly string[] = Object.values(SETTINGS).map(({ env }) => env);
  return (text.match(/DRAIN_WAIT_[A-Z_]*[A-Z]/g) ?? []).filter((name) => !known.includes(name));
}
