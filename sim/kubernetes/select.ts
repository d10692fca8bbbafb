import type { Kind, KubernetesObject, ObjectsByKind } from './objects.ts';

/** Those of this kind, and in this namespace where one is named. */
export function select<K extends Kind>(all: readonly KubernetesObject[], kind: K, namespace?: string) {
  const isWanted = (object: KubernetesObject): object is ObjectsByKind[K] =>
    object.kind === kind && (namespace === undefined || object.metadata.namespace === namespace);
  return all.filter(isWanted);
}

export function byName(a: KubernetesObject, b: KubernetesObject): number {
  if (nameOf(a) === nameOf(b)) return 0;
  return nameOf(a) < nameOf(b) ? -1 : 1;
}

export function nameOf({ metadata }: KubernetesObject): string {
  return `${metadata.namespace}/${metadata.name}`;
}
