import { basename, dirname, join } from 'node:path';
import { type ManifestFile, parseManifests } from '../manifests.ts';

export interface Chosen {
  readonly files: readonly ManifestFile[];
  /** What was left out, and how to lint it all the same. */
  readonly notes: readonly string[];
}

interface SourceFile {
  readonly file: string;
  readonly text: string;
}

/**
 * The manifests that stand for themselves, each once. What was found in a folder and is only a part of something is left out: templates
 * of Helm, and what a kustomization changes. What the user has named is always in.
 */
export function chooseManifests(sources: readonly SourceFile[], named: readonly string[]): Chosen {
  const found = sources.filter(({ file }) => !named.includes(file)).map(({ file }) => file);
  const charts = found.filter((file) => basename(file) === 'Chart.yaml').map((file) => dirname(file));
  const isLeftOut = (file: string, folders: readonly string[]) =>
    !named.includes(file) && folders.some((folder) => file.startsWith(join(folder, '/')));
  const files = [...new Map(sources.map((each) => [each.file, each])).values()]
    .filter(({ file }) => !isLeftOut(file, charts))
    .map(({ file, text }) => parseManifests(file, text));
  const changing = files.filter((each) => found.includes(each.file) && changesOthers(each));
  const changed = changing.map(({ file }) => dirname(file));
  return {
    files: files.filter(({ file }) => !isLeftOut(file, changed)),
    notes: [
      ...charts.map((chart) => leftOut(chart, 'a Helm chart', `helm template ${chart}`)),
      // A component makes nothing alone.
      ...changing
        .filter(({ documents }) => !documents.some((document) => document.get('kind') === 'Component'))
        .map(({ file }) => dirname(file))
        .map((folder) => leftOut(folder, 'a kustomization with patches', `kubectl kustomize ${folder}`)),
    ],
  };
}

/** What a kustomization changes the objects beside it by: they are applied only as it makes them. */
const CHANGES = ['components', 'patches', 'patchesStrategicMerge', 'patchesJson6902', 'transformers', 'helmCharts'];

function changesOthers({ file, documents }: ManifestFile): boolean {
  if (!/^kustomization\.ya?ml$/.test(basename(file))) return false;
  return documents.some((document) => CHANGES.some((key) => document.has(key)));
}

function leftOut(path: string, what: string, command: string): string {
  return `${path}: ${what}, left out. To lint what it makes: ${command} | drain-wait lint -`;
}
