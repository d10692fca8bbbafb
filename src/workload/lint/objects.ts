import { at, entriesOf, type Place } from './place.ts';

/** What an object is called in messages: `Deployment shop/web`. */
export function nameOf({ source: { manifest } }: Place): string {
  const { kind, namespace, name } = manifest;
  return `${kind} ${namespace === '' ? '' : `${namespace}/`}${name === '' ? '(no name)' : name}`;
}

export function ofKind(objects: readonly Place[], ...kinds: readonly string[]): readonly Place[] {
  return objects.filter(({ source }) => kinds.includes(source.manifest.kind));
}

/** The object of this kind and name; undefined where the input has none. */
export function find(objects: readonly Place[], kind: string, name: string | undefined): Place | undefined {
  return ofKind(objects, kind).find(({ source }) => source.manifest.name === name);
}

/** An object without a namespace goes where it is applied to, and that may be the namespace of any other. */
export function mayShareNamespace(a: string, b: string): boolean {
  return a === b || a === '' || b === '';
}

/** Those that may be in the same namespace as `place`. */
export function besides(objects: readonly Place[], place: Place): readonly Place[] {
  const { namespace } = place.source.manifest;
  return objects.filter(({ source }) => mayShareNamespace(source.manifest.namespace, namespace));
}

export function annotationsOf(object: Place): Readonly<Record<string, string>> {
  return entriesOf(object, 'metadata', 'annotations');
}

export function annotationAt(object: Place, name: string): Place {
  return at(object, 'metadata', 'annotations', name);
}
