import { type Document, isAlias, isMap, isScalar, isSeq } from 'yaml';
import type { ManifestFile, ManifestObject } from '../manifests.ts';

type Key = string | number;

/** One object of the input, and the file that it stands in. */
export interface Source {
  readonly file: ManifestFile;
  readonly document: Document;
  readonly manifest: ManifestObject;
  /** The whole object. */
  readonly value: unknown;
}

/** A value in a manifest, read as far as it is there, with the way to it. Its `value` is undefined where there is none. */
export interface Place {
  readonly source: Source;
  readonly path: readonly Key[];
  readonly value: unknown;
}

/** Every object of a file as a place of its own, with anchors and merge keys resolved. @throws where that cannot be. */
export function placesOf(file: ManifestFile): readonly Place[] {
  return file.objects.flatMap((manifest) => {
    const start = manifest.map.range?.[0] ?? 0;
    const document = file.documents.find(({ range }) => start < (range?.[2] ?? 0));
    if (document === undefined) return [];
    const value: unknown = manifest.map.toJS(document);
    return [rootOf({ file, document, manifest, value })];
  });
}

/** What is wrong with the anchors of a file, which shows only when they are used; undefined where nothing is. */
export function anchorProblem(file: ManifestFile): string | undefined {
  try {
    placesOf(file);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

export function rootOf(source: Source): Place {
  return { source, path: [], value: source.value };
}

/** Further in. Where something is missing on the way, a place without a value, so that it can still be pointed at. */
export function at(place: Place, ...keys: readonly Key[]): Place {
  const value = keys.reduce<unknown>((outer, key) => memberOf(outer, key), place.value);
  return { source: place.source, path: [...place.path, ...keys], value };
}

function memberOf(outer: unknown, key: Key): unknown {
  if (typeof outer !== 'object' || outer === null || !Object.hasOwn(outer, key)) return undefined;
  return (outer as Record<Key, unknown>)[key] ?? undefined;
}

export function isThere(place: Place, ...keys: readonly Key[]): boolean {
  return at(place, ...keys).value !== undefined;
}

/** The scalar at a place as text; undefined where there is none. */
export function textOf(place: Place, ...keys: readonly Key[]): string | undefined {
  const { value } = at(place, ...keys);
  return value === undefined || typeof value === 'object' ? undefined : String(value);
}

/** The number at a place; undefined where there is none, or something else. */
export function numberOf(place: Place, ...keys: readonly Key[]): number | undefined {
  const { value } = at(place, ...keys);
  return typeof value === 'number' ? value : undefined;
}

/** The members of a sequence; none where there is none. */
export function itemsOf(place: Place, ...keys: readonly Key[]): readonly Place[] {
  const sequence = at(place, ...keys);
  return Array.isArray(sequence.value) ? sequence.value.map((_, index) => at(sequence, index)) : [];
}

/** The scalars of a sequence, as text. */
export function textsOf(place: Place, ...keys: readonly Key[]): readonly string[] {
  return itemsOf(place, ...keys).flatMap((item) => textOf(item) ?? []);
}

/** The scalars of a mapping, as text, by their keys. */
export function entriesOf(place: Place, ...keys: readonly Key[]): Readonly<Record<string, string>> {
  const { value } = at(place, ...keys);
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, each]) =>
      each === null || typeof each === 'object' ? [] : [[key, String(each)]],
    ),
  );
}

/** The line of the key that leads to a place, from 1; of the innermost thing around it where it is missing. */
export function lineOf({ source, path }: Place): number {
  let mark: unknown = source.manifest.map;
  let node: unknown = source.manifest.map;
  for (const key of path) {
    const next = step(node, key, source.document);
    if (next === undefined) break;
    [mark, node] = next;
  }
  return source.file.lineOf(mark as Parameters<ManifestFile['lineOf']>[0]);
}

/** What stands for the member in the text, and the member. */
function step(node: unknown, key: Key, document: Document): readonly [mark: unknown, node: unknown] | undefined {
  const target = isAlias(node) ? node.resolve(document) : node;
  if (isSeq(target)) {
    const item = typeof key === 'number' ? target.items[key] : undefined;
    return item === undefined ? undefined : [item, item];
  }
  if (!isMap(target)) return undefined;
  const pair = target.items.find((each) => isScalar(each.key) && String(each.key.value) === String(key));
  if (pair !== undefined) return [pair.key, pair.value];
  return target.items
    .filter((each) => isScalar(each.key) && each.key.source === '<<')
    .flatMap(({ value }) => (isSeq(value) ? value.items : [value]))
    .map((merged) => step(merged, key, document))
    .find((found) => found !== undefined);
}
