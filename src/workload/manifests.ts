import { type Document, isMap, isScalar, isSeq, LineCounter, type Node, parseAllDocuments, type YAMLMap } from 'yaml';

/** One Kubernetes object in a file, as the node that it was read from, so that comments and order are kept. */
export interface ManifestObject {
  readonly file: string;
  readonly map: YAMLMap;
  readonly apiVersion: string;
  readonly kind: string;
  /** Empty where there is none. */
  readonly name: string;
  /** Empty: that of whoever applies it. */
  readonly namespace: string;
}

/** A file of manifests: its documents in order, and every object in them, those inside of Lists, too. */
export interface ManifestFile {
  readonly file: string;
  readonly documents: readonly Document[];
  readonly objects: readonly ManifestObject[];
  /** What is wrong with it as YAML. Where there is any, `objects` is not to be relied on. */
  readonly problems: readonly { readonly message: string; readonly line: number }[];
  /** The line on which a node of this file begins, from 1. */
  lineOf(node: Node | undefined): number;
}

/** Reads one or more YAML documents (JSON is YAML, too). `file` is only for messages. */
export function parseManifests(file: string, text: string): ManifestFile {
  const lineCounter = new LineCounter();
  const parsed = parseAllDocuments(text, { lineCounter, version: '1.1', merge: true });
  const documents: readonly Document[] = 'empty' in parsed ? [] : parsed;
  const lineAt = (offset: number) => lineCounter.linePos(offset).line;
  return {
    file,
    documents,
    objects: documents.flatMap(({ contents }) => objectsIn(file, contents)),
    problems: documents.flatMap(({ errors }) =>
      errors.map(({ message, pos }) => ({ message: message.split('\n')[0] ?? message, line: lineAt(pos[0]) })),
    ),
    lineOf: (node) => lineAt(node?.range?.[0] ?? 0),
  };
}

function objectsIn(file: string, contents: unknown): readonly ManifestObject[] {
  if (!isMap(contents)) return [];
  const kind = textAt(contents, 'kind');
  const items = contents.get('items');
  if (kind.endsWith('List') && isSeq(items)) return items.items.flatMap((item) => objectsIn(file, item));
  if (kind === '') return [];
  return [
    {
      file,
      map: contents,
      apiVersion: textAt(contents, 'apiVersion'),
      kind,
      name: textAt(contents, 'metadata', 'name'),
      namespace: textAt(contents, 'metadata', 'namespace'),
    },
  ];
}

/** The text at a path in a node; empty where there is none. */
function textAt(map: YAMLMap, ...path: readonly string[]): string {
  const value = map.getIn(path, true);
  return isScalar(value) && value.value !== null ? String(value.value) : '';
}

const POD_SPEC_PATHS: Readonly<Record<string, readonly string[]>> = {
  Pod: ['spec'],
  Deployment: ['spec', 'template', 'spec'],
  StatefulSet: ['spec', 'template', 'spec'],
  DaemonSet: ['spec', 'template', 'spec'],
  ReplicaSet: ['spec', 'template', 'spec'],
  ReplicationController: ['spec', 'template', 'spec'],
  // Argo Rollouts. One with a workloadRef has no template of its own.
  Rollout: ['spec', 'template', 'spec'],
};

/** Where the pod spec stands in an object of this kind; undefined where it makes no pods that run for long. */
export function podSpecPath(kind: string): readonly string[] | undefined {
  // A kind is anybody's text: `constructor` is one as well.
  return Object.hasOwn(POD_SPEC_PATHS, kind) ? POD_SPEC_PATHS[kind] : undefined;
}
