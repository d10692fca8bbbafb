import type { BundledPackage } from './bundled-package.ts';

/** Those that the bundle has today. Each lets us ship the code in an image, with its text. Read a new one before adding it. */
const ALLOWED_LICENCES: readonly unknown[] = ['Apache-2.0', 'BSD-3-Clause', 'ISC', 'MIT', 'Unlicense'];

/** @throws if a package has no licence, or one that nobody has looked at; names all of them. */
export function checkLicences(packages: readonly BundledPackage[]): void {
  const problems = packages.filter(({ licence }) => !ALLOWED_LICENCES.includes(licence));
  if (problems.length === 0) return;
  const list = problems.map(({ name, version, licence }) => `  - ${name} ${version}: ${licence ?? 'no licence'}\n`);
  throw new Error(
    `Cannot bundle these packages, as their licence must be one of ${ALLOWED_LICENCES.join(', ')} (scripts/build/allowed-licences.ts):\n${list.join('')}`,
  );
}
