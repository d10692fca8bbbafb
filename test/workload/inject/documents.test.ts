import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { deployment, inject, injected, missingLines, objectsOf } from './support.ts';

describe('what is left alone', () => {
  test.each([
    ['', 'nothing'],
    ['# only a comment\n', 'a comment'],
    ['---\n---\n', 'empty documents'],
    ['- a\n- b\n', 'a sequence'],
    ['resources: [web.yaml]\n', 'something without a kind'],
    ['kind: Job\nspec: { template: { spec: { containers: [{ name: a }] } } }\n', 'a Job'],
    ['kind: Pod\nspec:\n', 'a Pod without a spec'],
    ['kind: Pod\nspec: { containers: [] }\n', 'a Pod without containers'],
    ['apiVersion: v1\nkind: List\nitems: []\n', 'an empty List'],
    ['\uFEFFkind: ConfigMap\r\ndata: {a: "\\u00e9"}', 'a ConfigMap with a byte order mark'],
  ])('%j: %s', (text) => {
    expect(inject(text)).toMatchObject({ text, problems: [] });
  });

  test('is said', () => {
    const mark = '{ drain-wait/inject: disabled }';
    for (const marked of [
      deployment().replace('      labels:', `      annotations: ${mark}\n      labels:`),
      deployment().replace('metadata:', `metadata:\n  labels: ${mark}`),
    ])
      expect(inject(marked).notes).toEqual(['Deployment shop/web: left alone, it has drain-wait/inject: disabled']);
    const rollout = 'kind: Rollout\nmetadata: { name: web }\nspec: { workloadRef: { kind: Deployment, name: web } }\n';
    expect(inject(rollout)).toMatchObject({
      text: rollout,
      notes: ['Rollout web: left alone, its pods come from Deployment web: inject that'],
    });
  });

  test('is everything where one thing is refused', () => {
    const text = `${deployment()}---\n${deployment({ container: '          lifecycle: { preStop: { sleep: { seconds: 5 } } }\n' })}`;
    const { problems } = inject(text);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain('web.yaml:30: ');
  });
});

describe('mistakes', () => {
  test('in YAML are named with their line', () => {
    expect(inject('kind: Pod\nspec:\n  a: [1\n').problems[0]).toMatch(/^web\.yaml:\d: Flow sequence/);
    expect(inject('a: {{ .Values.name }}\n').problems[0]).toMatch(/^web\.yaml:1: /);
    expect(inject('kind: Pod\nkind: Pod\n').problems).toEqual([
      expect.stringMatching(/^web\.yaml:2: Map keys must be unique/),
    ]);
  });

  test('through an anchor that reaches something else are not made', () => {
    const list = `kind: List
items:
  - kind: Pod
    spec:
      containers:
        - &web { name: web, image: "web:1" }
  - kind: Job
    spec: { template: { spec: { containers: [*web] } } }
`;
    expect(inject(list).problems).toEqual([
      expect.stringContaining('an anchor or a merge key shares what has to change'),
    ]);
  });

  test('are not made where two pods share an anchor', () => {
    const list = `kind: List
items:
  - kind: Pod
    spec: &spec
      containers:
        - { name: web, image: "web:1" }
  - kind: Pod
    spec: *spec
`;
    const [one, other] = objectsOf(injected(list));
    expect(one?.['spec']).toMatchObject({ terminationGracePeriodSeconds: 60 });
    expect(other?.['spec']).toEqual(one?.['spec']);
    expect(injected(list)).toContain('    spec: *spec\n');
  });
});

const container = fc
  .record(
    {
      image: fc.constantFrom('web:1', 'registry.example.com/web@sha256:0123'),
      args: fc.array(fc.constantFrom('--on', 'two\nlines', 'a: b', '')),
      env: fc.constantFrom([], [{ name: 'A', value: 'yes' }]),
      lifecycle: fc.constantFrom({}, { postStart: { exec: { command: ['true'] } } }),
      ports: fc.constantFrom([], [{ containerPort: 80 }]),
    },
    { requiredKeys: ['image'] },
  )
  .chain((rest) => fc.constantFrom('web', 'proxy', 'tail').map((name) => ({ ...rest, name })));
const containers = fc.uniqueArray(container, { minLength: 1, maxLength: 3, selector: ({ name }) => name });
const pod = fc.record(
  {
    containers,
    initContainers: fc.constantFrom([], [{ name: 'init', image: 'init:1' }]),
    volumes: fc.constantFrom([], [{ name: 'scratch', emptyDir: {} }]),
    terminationGracePeriodSeconds: fc.constantFrom(1, 60, 300),
    nodeSelector: fc.constantFrom({}, { a: 'b' }),
  },
  { requiredKeys: ['containers'] },
);
const layout = fc.record({
  indent: fc.constantFrom(2, 4),
  indentSeq: fc.boolean(),
  aliasDuplicateObjects: fc.boolean(),
  crlf: fc.boolean(),
  comments: fc.array(fc.tuple(fc.nat(40), fc.nat(12)), { maxLength: 6 }),
  kind: fc.constantFrom('native' as const, 'classic' as const),
});

/** A grace period, what was empty, and an alias of something that no longer is the same. */
const MAY_CHANGE = /: (\d+|(&\w+ )?(\[\]|\{\})|\*\w+)\r?$/;

describe('any manifest', () => {
  test('keeps its lines, comments too, and is the same when it is injected again', () => {
    fc.assert(
      fc.property(pod, layout, (spec, { crlf, comments, kind, ...options }) => {
        const written = stringify(
          { kind: 'Deployment', spec: { template: { spec } } },
          { ...options, version: '1.1', lineWidth: 0, defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'PLAIN' },
        );
        const lines = written.split('\n');
        for (const [at, indent] of comments) lines.splice(at % lines.length, 0, `${' '.repeat(indent)}# ${at}`);
        const text = lines.join(crlf ? '\r\n' : '\n');
        const once = injected(text, { kind });
        expect(missingLines(text, once).filter((line) => !MAY_CHANGE.test(line))).toEqual([]);
        expect(injected(once, { kind })).toBe(once);
        expect(injected(once)).toBe(once);
      }),
      { numRuns: 200 },
    );
  });
});
