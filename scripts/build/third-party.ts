import type { OutputBundle, Plugin } from 'rolldown';
import packageJson from '../../package.json' with { type: 'json' };
import { checkLicences } from './allowed-licences.ts';
import { readBundledPackage } from './bundled-package.ts';
import { noticesText } from './notices.ts';
import { packageFolderOf } from './package-folder.ts';
import { sbomJson } from './sbom.ts';

/**
 * Adds THIRD-PARTY-NOTICES.txt and sbom.cdx.json to the bundle: of the packages of which code is really in it, and no others.
 * The build fails on a licence that nobody has allowed.
 */
export function thirdParty(): Plugin {
  return {
    name: 'third-party',
    async generateBundle(_options, bundle) {
      const modules = modulesWithCode(bundle);
      const importsOf = (id: string) => {
        const info = this.getModuleInfo(id);
        return info === null ? [] : [...info.importedIds, ...info.dynamicallyImportedIds];
      };
      const byFolder = Map.groupBy(modules, packageFolderOf);
      const packages = await Promise.all(
        [...byFolder].flatMap(([folder, ids]) => (folder === undefined ? [] : readBundledPackage(folder, ids))),
      );
      checkLicences(packages);
      this.emitFile({ type: 'asset', fileName: 'THIRD-PARTY-NOTICES.txt', source: noticesText(packages) });
      this.emitFile({
        type: 'asset',
        fileName: 'sbom.cdx.json',
        source: sbomJson(packageJson, packages, uses(byFolder, importsOf)),
      });
    },
  };
}

/** What tree shaking has left nothing of is listed by the bundler, but not in the bundle. */
function modulesWithCode(bundle: OutputBundle): readonly string[] {
  const chunks = Object.values(bundle).filter((each) => each.type === 'chunk');
  return chunks.flatMap(({ modules }) => Object.keys(modules).filter((id) => (modules[id]?.renderedLength ?? 0) > 0));
}

function uses(
  byFolder: ReadonlyMap<string | undefined, readonly string[]>,
  importsOf: (moduleId: string) => readonly string[],
): ReadonlyMap<string | undefined, ReadonlySet<string>> {
  return new Map(
    [...byFolder].map(([folder, modules]) => {
      const used = new Set(
        modules
          .flatMap(importsOf)
          .map(packageFolderOf)
          .filter((each) => each !== undefined),
      );
      used.delete(folder ?? '');
      return [folder, used];
    }),
  );
}
