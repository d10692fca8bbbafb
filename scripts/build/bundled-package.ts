import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { licenceTexts } from './licence-texts.ts';

/** A package of which code is in the bundle. */
export interface BundledPackage {
  readonly folder: string;
  readonly name: string;
  readonly version: string;
  /** As its package.json says: an SPDX id, or whatever else stands there. */
  readonly licence: string | undefined;
  /** The texts that go with the code that was taken from it. May be none. */
  readonly texts: readonly string[];
}

/** Reads what a package says of itself. `modules` are those of its files that are in the bundle. */
export async function readBundledPackage(folder: string, modules: readonly string[]): Promise<BundledPackage> {
  const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  return { folder, name, version, licence: license, texts: await licenceTexts(folder, modules) };
}

/** By name, then version, the same on every machine. */
export function byName(one: BundledPackage, other: BundledPackage): number {
  return sortKey(one) < sortKey(other) ? -1 : 1;
}

function sortKey({ name, version }: BundledPackage): string {
  return `${name} ${version}`;
}
