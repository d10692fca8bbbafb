import { type Document, isCollection, type Node, visit } from 'yaml';
import { type ManifestFile, parseManifests } from '../manifests.ts';

/** A file with the value of each document, or what is wrong with it, each with file and line. */
type ReadResult =
  | { readonly kind: 'documents'; readonly parsed: ManifestFile; readonly values: readonly unknown[] }
  | { readonly kind: 'problems'; readonly problems: readonly string[] };

export function readDocuments(file: string, text: string): ReadResult {
  const parsed = parseManifests(file, text);
  const syntax = parsed.problems.map(({ message, line }) => `${file}:${line}: ${message}`);
  const templates = parsed.documents.flatMap(collectionKeys).map((key) => `${file}:${parsed.lineOf(key)}: ${TEMPLATE}`);
  if (syntax.length + templates.length > 0) return { kind: 'problems', problems: [...templates, ...syntax] };
  const values: unknown[] = [];
  for (const document of parsed.documents) {
    try {
      values.push(document.toJS());
    } catch (error) {
      // An alias without its anchor, a merge key with a value that is no map, or aliases without end.
      const why = error instanceof Error ? error.message : String(error);
      return { kind: 'problems', problems: [`${file}:${parsed.lineOf(document.contents ?? undefined)}: ${why}`] };
    }
  }
  return { kind: 'documents', parsed, values };
}

const TEMPLATE = 'a map cannot be a key. If this is a template, render it first, for example with helm template';

/** `{{ .Values.name }}` is YAML: a map with a map as its key. */
function collectionKeys(document: Document): readonly Node[] {
  const keys: Node[] = [];
  visit(document, {
    Pair(_, { key }) {
      if (isCollection(key)) keys.push(key);
    },
  });
  return keys;
}
