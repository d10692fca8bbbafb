import { podSpecPath } from '../manifests.ts';
import { INJECT_MARK } from '../sidecar.ts';
import type { InjectOptions } from './options.ts';
import { isPlain, type Plain, plain, textOf } from './plain.ts';
import { injectPodSpec, mainContainerNames } from './pod-spec.ts';
import type { Refusal } from './result.ts';

/** What has become of one document. */
export interface DocumentResult {
  readonly value: unknown;
  /** One line for each object with pods: what was done, and what to know. */
  readonly notes: readonly string[];
  readonly refusals: readonly Refusal[];
  /** Of all main containers in it. */
  readonly containerNames: readonly string[];
}

/** The document with every pod in it injected, those inside of Lists, too. `path` is where it stands in its document. */
export function injectDocument(value: unknown, options: InjectOptions, path: Refusal['path'] = []): DocumentResult {
  if (!isPlain(value)) return untouched(value);
  const { kind, items } = value;
  if (textOf(kind).endsWith('List') && Array.isArray(items)) return injectList(value, items, options, path);
  const specPath = podSpecPath(textOf(kind));
  return specPath === undefined ? untouched(value) : injectObject(value, specPath, options, path);
}

function untouched(value: unknown, notes: readonly string[] = []): DocumentResult {
  return { value, notes, refusals: [], containerNames: [] };
}

function injectList(
  list: Plain,
  items: readonly unknown[],
  options: InjectOptions,
  path: Refusal['path'],
): DocumentResult {
  const results = items.map((item, index) => injectDocument(item, options, [...path, 'items', index]));
  return {
    value: { ...list, items: results.map((result) => result.value) },
    notes: results.flatMap(({ notes }) => notes),
    refusals: results.flatMap(({ refusals }) => refusals),
    containerNames: results.flatMap(({ containerNames }) => containerNames),
  };
}

function injectObject(
  object: Plain,
  specPath: readonly string[],
  options: InjectOptions,
  path: Refusal['path'],
): DocumentResult {
  const title = titleOf(object);
  const spec = valueAt(object, specPath);
  const why = reasonToLeave(object, spec, specPath);
  if (!isPlain(spec) || why !== undefined) return untouched(object, [`${title}: left alone, ${why}`]);
  const containerNames = mainContainerNames(spec);
  const result = injectPodSpec(spec, options);
  switch (result.kind) {
    case 'left':
      return { ...untouched(object, [`${title}: left alone, ${result.why}`]), containerNames };
    case 'refused': {
      const refusals = result.refusals.map((each) => ({
        path: [...path, ...specPath, ...each.path],
        problem: `${title}: ${each.problem}`,
      }));
      return { ...untouched(object), refusals, containerNames };
    }
    case 'injected': {
      const done = result.done.length === 0 ? 'nothing to do' : result.done.join(', ');
      const notes = [`${title}: ${done}`, ...result.warnings.map((warning) => `${title}: warning: ${warning}`)];
      return { ...untouched(withValueAt(object, specPath, result.spec), notes), containerNames };
    }
    default:
      return result satisfies never;
  }
}

/** Undefined where the pods of an object can be injected. */
function reasonToLeave(object: Plain, spec: unknown, specPath: readonly string[]): string | undefined {
  const reference = plain(object['spec'])['workloadRef'];
  if (!isPlain(spec) && isPlain(reference)) {
    const workload = `${textOf(reference['kind'])} ${textOf(reference['name'])}`;
    return `its pods come from ${workload}: inject that`;
  }
  if (!isPlain(spec)) return 'it has no pod spec';
  const [own, template] = [object, valueAt(object, specPath.slice(0, -1))];
  return hasOptedOut(own) || hasOptedOut(template) ? `it has ${INJECT_MARK}: disabled` : undefined;
}

/** By a label, as the kustomize components and the admission policy know it, or by an annotation. */
function hasOptedOut(object: unknown): boolean {
  const { labels, annotations } = plain(plain(object)['metadata']);
  return [labels, annotations].some((each) => plain(each)[INJECT_MARK] === 'disabled');
}

function titleOf({ kind, metadata }: Plain): string {
  const { namespace, name, generateName } = plain(metadata);
  const within = textOf(namespace) === '' ? '' : `${textOf(namespace)}/`;
  return `${textOf(kind)} ${within}${textOf(name ?? generateName)}`;
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce((inner, key) => plain(inner)[key], value);
}

function withValueAt(value: unknown, [key, ...rest]: readonly string[], inner: unknown): unknown {
  return key === undefined ? inner : { ...plain(value), [key]: withValueAt(plain(value)[key], rest, inner) };
}
