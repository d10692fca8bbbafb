import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { rewrite } from '../../../../src/workload/inject/rewrite/rewrite.ts';
import { parseManifests } from '../../../../src/workload/manifests.ts';

function valuesOf(text: string): readonly unknown[] {
  const { documents, problems } = parseManifests('a.yaml', text);
  expect(problems).toEqual([]);
  return documents.map((document) => document.toJS());
}

function rewritten(text: string, ...wanted: readonly unknown[]): string {
  return rewrite(text, parseManifests('a.yaml', text).documents, wanted);
}

const key = fc.constantFrom('a', 'b', 'c', 'name', 'value');
const scalar = fc.oneof(
  fc.constantFrom('on', '1:30', 'a: b', '# c', 'x, y', '[', 'two\nlines', 'two\n\nlines\n', '', 'plain text'),
  fc.integer({ min: -9, max: 99_999 }),
  fc.boolean(),
);

const { value } = fc.letrec<{ value: unknown; named: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    scalar,
    fc.dictionary(key, tie('value'), { noNullPrototype: true, maxKeys: 4 }),
    fc.uniqueArray(tie('named'), { maxLength: 3, selector: (item) => (item as { name: string }).name }),
    fc.uniqueArray(scalar, { maxLength: 3 }),
  ),
  named: fc
    .tuple(fc.constantFrom('x', 'y', 'z'), fc.dictionary(key, tie('value'), { noNullPrototype: true, maxKeys: 3 }))
    .map(([name, rest]) => ({ ...rest, name })),
}));

const style = fc.record({
  indent: fc.constantFrom(2, 4),
  indentSeq: fc.boolean(),
  collectionStyle: fc.constantFrom('any' as const, 'any' as const, 'flow' as const),
  json: fc.constantFrom(false, false, true),
  crlf: fc.boolean(),
  lineEnded: fc.boolean(),
});

type Style = typeof style extends fc.Arbitrary<infer Value> ? Value : never;

function written(document: unknown, { json, crlf, lineEnded, ...options }: Style): string {
  const text = json
    ? JSON.stringify(document, undefined, options.indent)
    : stringify(document, { ...options, version: '1.1', lineWidth: 0 });
  const ended = lineEnded ? `${text.trimEnd()}\n` : text.trimEnd();
  return crlf ? ended.replaceAll('\n', '\r\n') : ended;
}

describe('rewrite()', () => {
  test('gives a document any other value, however it is written', () => {
    fc.assert(
      fc.property(value, value, style, (before, after, how) => {
        const text = written({ first: 1, inner: before, last: { z: 1 } }, how);
        const had = valuesOf(text);
        fc.pre(JSON.stringify(had) === JSON.stringify([{ first: 1, inner: before, last: { z: 1 } }]));
        const want = { first: 1, inner: after, last: { z: 1 } };
        expect(valuesOf(rewritten(text, want))).toEqual([want]);
      }),
      { numRuns: 1_000 },
    );
  });
});
