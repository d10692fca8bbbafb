import { Enums, Models, Serialize, Spec } from '@cyclonedx/cyclonedx-library';
import { type BundledPackage, byName } from './bundled-package.ts';

/** What the SBOM is about: the program itself. */
export interface Program {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
}

/**
 * The bundle as a CycloneDX 1.6 document. `uses` gives the folders of the packages that a package imports, and, for undefined,
 * those that the program imports. It has neither a serial number nor a time, which would differ from build to build.
 */
export function sbomJson(
  program: Program,
  packages: readonly BundledPackage[],
  uses: ReadonlyMap<string | undefined, ReadonlySet<string>>,
): string {
  const components = new Map([...packages].sort(byName).map((each) => [each.folder, component(each)]));
  const root = rootComponent(program);
  for (const [user, used] of uses) {
    const from = user === undefined ? root : components.get(user);
    for (const folder of used) {
      const to = components.get(folder);
      if (to !== undefined) from?.dependencies.add(to.bomRef);
    }
  }
  const bom = new Models.Bom({
    metadata: new Models.Metadata({ component: root }),
    components: new Models.ComponentRepository(components.values()),
  });
  return `${serializer().serialize(bom, { sortLists: true, space: 1 })}\n`;
}

function rootComponent({ name, version, description, license }: Program): Models.Component {
  return new Models.Component(Enums.ComponentType.Application, name, {
    bomRef: `${name}@${version}`,
    version,
    description,
    licenses: licences(license),
  });
}

function component({ name, version, licence }: BundledPackage): Models.Component {
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
  const [group, rest] = name.startsWith('@') ? name.split('/') : [];
  return new Models.Component(Enums.ComponentType.Library, rest ?? name, {
    bomRef: purl,
    purl,
    version,
    licenses: licences(licence ?? ''),
    ...(group === undefined ? {} : { group }),
  });
}

function licences(spdxId: string): Models.LicenseRepository {
  return new Models.LicenseRepository([new Models.SpdxLicense(spdxId)]);
}

function serializer(): Serialize.JsonSerializer {
  return new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6));
}
