import { type FileResult, injectFile } from '../../../src/workload/inject/files.ts';
import type { InjectOptions } from '../../../src/workload/inject/options.ts';
import { type Plain, plain, plainList } from '../../../src/workload/inject/plain.ts';
import { parseManifests, podSpecPath } from '../../../src/workload/manifests.ts';

const OPTIONS: InjectOptions = {
  kind: undefined,
  image: undefined,
  version: '1.2.3',
  lagMs: 20_000,
  loadBalancer: 'alb',
  containers: [],
  hooked: 'refuse',
  settings: {},
};

/** Injects into the text of one file. */
export function inject(text: string, options: Partial<InjectOptions> = {}): FileResult {
  return injectFile({ file: 'web.yaml', text }, { ...OPTIONS, ...options });
}

/** The text after that. Throws where there is any problem. */
export function injected(text: string, options: Partial<InjectOptions> = {}): string {
  const result = inject(text, options);
  if (result.problems.length > 0) throw new Error(result.problems.join('\n'));
  return result.text;
}

/** Every object in a text, those inside of Lists, too. */
export function objectsOf(text: string): readonly Plain[] {
  return parseManifests('web.yaml', text).documents.flatMap((document) => objectsIn(document.toJS()));
}

function objectsIn(value: unknown): readonly Plain[] {
  const { items } = plain(value);
  return Array.isArray(items) ? items.flatMap(objectsIn) : value === null ? [] : [plain(value)];
}

/** The pod spec of an object; undefined where it has none. */
export function podSpec(object: Plain | undefined): Plain | undefined {
  const path = podSpecPath(String(object?.['kind']));
  const spec = path?.reduce((inner: unknown, key) => plain(inner)[key], object);
  return spec === undefined ? undefined : plain(spec);
}

/** The pod spec of the first object of a text. */
export function firstPod(text: string): Plain {
  return plain(podSpec(objectsOf(text)[0]));
}

export function containerNamed(spec: Plain, name: string): Plain | undefined {
  return [...plainList(spec['initContainers']), ...plainList(spec['containers'])].find((each) => each['name'] === name);
}

/** A Deployment of one container, with more lines in it; `container` stands ten spaces in, `spec` six. */
export function deployment({
  container = '',
  spec = '',
}: {
  readonly container?: string;
  readonly spec?: string;
} = {}) {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata:
      labels: { app: web }
    spec:
      containers:
        - name: web
          image: registry.example.com/web:1
${container}${spec}`;
}

/** Whether the lines of one text stand in another in this order, apart from those that may change. */
export function missingLines(before: string, after: string): readonly string[] {
  const lines = after.split('\n');
  let from = 0;
  return before.split('\n').filter((line) => {
    const found = lines.indexOf(line, from);
    if (found !== -1) from = found + 1;
    return found === -1;
  });
}
