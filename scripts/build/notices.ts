import { type BundledPackage, byName } from './bundled-package.ts';

const HEAD = `drain-wait contains code of the packages below, each under the licence that is given with it.
drain-wait itself is under the Apache License 2.0: see LICENSE.`;

const NO_TEXT =
  'The packages above bring no licence text with them; the name in brackets is its SPDX id (https://spdx.org/licenses).';

const RULE = '-'.repeat(80);

/** Every package by name, version and licence; a text that several have stands once, below all of them. */
export function noticesText(packages: readonly BundledPackage[]): string {
  const byText = Map.groupBy([...packages].sort(byName), ({ texts }) => texts.join(`\n\n`));
  const sections = [...byText].map(
    ([text, group]) => `${group.map(line).join('\n')}\n\n${text === '' ? NO_TEXT : text}`,
  );
  return `${[HEAD, ...sections].join(`\n\n${RULE}\n`)}\n`;
}

function line({ name, version, licence }: BundledPackage): string {
  return `${name} ${version} (${licence})`;
}
