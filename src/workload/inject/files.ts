import { isDeepStrictEqual } from 'node:util';
import { type Document, isNode, type Node } from 'yaml';
import type { ManifestFile } from '../manifests.ts';
import type { SourceFile } from '../read-sources.ts';
import { injectDocument } from './documents.ts';
import type { InjectOptions } from './options.ts';
import { readDocuments } from './read-documents.ts';
import type { Refusal } from './result.ts';
import { rewrite } from './rewrite/rewrite.ts';

/** What has become of a file. Where there is any problem, its text is not to be used. */
export interface FileResult extends SourceFile {
  /** One line for each object with pods. */
  readonly notes: readonly string[];
  /** Each with file and line. */
  readonly problems: readonly string[];
  readonly containerNames: readonly string[];
}

export function injectFile({ file, text }: SourceFile, options: InjectOptions): FileResult {
  const read = readDocuments(file, text);
  if (read.kind === 'problems') return { file, text, notes: [], problems: read.problems, containerNames: [] };
  const { parsed, values } = read;
  const results = values.map((value) => injectDocument(value, options));
  const wanted = results.map(({ value }) => value);
  const refusals = results.flatMap(({ refusals }, index) =>
    refusals.map(({ path, problem }) => `${file}:${lineAt(parsed, parsed.documents[index], path)}: ${problem}`),
  );
  const rewritten = rewrite(text, parsed.documents, wanted);
  return {
    file,
    text: rewritten,
    notes: results.flatMap(({ notes }) => notes),
    problems: refusals.length > 0 ? refusals : differences(parsed, rewritten, wanted),
    containerNames: results.flatMap(({ containerNames }) => containerNames),
  };
}

/** An anchor may carry a change to an object that should stay as it is. Then nothing is right but to ask. */
function differences(before: ManifestFile, text: string, wanted: readonly unknown[]): readonly string[] {
  const after = readDocuments(before.file, text);
  const values = after.kind === 'documents' ? after.values : [];
  return before.documents.flatMap((document, index) =>
    index in values && isDeepStrictEqual(values[index], wanted[index])
      ? []
      : [
          `${before.file}:${before.lineOf(rootOf(document))}: this document cannot be changed in place: an anchor or a merge key shares what has to change with something that has to stay. Write it out at both places`,
        ],
  );
}

/** The line of what stands at a path, or of the last thing on the way there. */
function lineAt({ lineOf }: ManifestFile, document: Document | undefined, path: Refusal['path']): number {
  for (let length = path.length; length > 0; length--) {
    const node = document?.getIn(path.slice(0, length), true);
    if (isNode(node)) return lineOf(node);
  }
  return lineOf(rootOf(document));
}

function rootOf(document: Document | undefined): Node | undefined {
  return document?.contents ?? undefined;
}
