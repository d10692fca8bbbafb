import { expect, test } from 'vitest';
import {
  at,
  entriesOf,
  isThere,
  itemsOf,
  lineOf,
  numberOf,
  type Place,
  placesOf,
  textOf,
} from '../../../src/workload/lint/place.ts';
import { parseManifests } from '../../../src/workload/manifests.ts';

const TEXT = `kind: ConfigMap
metadata:
  name: first
---
kind: List
items:
  - kind: Pod # line 7
    spec: &spec
      containers:
        - name: app
          image: a
        - <<: &base
            image: b # line 13
          name: other
  - kind: Pod
    spec: *spec # line 16
  - { kind: Pod, metadata: { labels: { on: true, count: 3, none: ~, deep: {} } } }
`;

function places(): readonly Place[] {
  return placesOf(parseManifests('a.yaml', TEXT));
}

function place(index: number): Place {
  const found = places()[index];
  if (found === undefined) throw new Error(`There is no object ${index}.`);
  return found;
}

test('every object of a file is a place, those of Lists too', () => {
  expect(places().map(({ source }) => source.manifest.kind)).toEqual(['ConfigMap', 'Pod', 'Pod', 'Pod']);
});

test('a place stands where its key stands', () => {
  expect(lineOf(place(0))).toBe(1);
  expect(lineOf(at(place(0), 'metadata', 'name'))).toBe(3);
  expect(lineOf(at(place(1), 'spec', 'containers', 1, 'name'))).toBe(14);
});

test('what is missing stands where it would have to be', () => {
  expect(lineOf(at(place(1), 'spec', 'terminationGracePeriodSeconds'))).toBe(8);
  expect(lineOf(at(place(1), 'spec', 'containers', 0, 'lifecycle', 'preStop'))).toBe(10);
  expect(isThere(place(1), 'spec', 'containers', 0, 'lifecycle', 'preStop')).toBe(false);
});

test('anchors and merge keys are read, and lead to where they were written', () => {
  const spec = at(place(2), 'spec');
  expect(itemsOf(spec, 'containers').map((container) => textOf(container, 'image'))).toEqual(['a', 'b']);
  expect(lineOf(spec)).toBe(16);
  expect(lineOf(at(spec, 'containers', 1, 'image'))).toBe(13);
});

test('a value of another kind counts as missing', () => {
  const labels = at(place(3), 'metadata', 'labels');
  expect(entriesOf(labels)).toEqual({ true: 'true', count: '3' });
  expect(numberOf(labels, 'count')).toBe(3);
  expect(numberOf(labels, 'deep')).toBeUndefined();
  expect(textOf(labels, 'deep')).toBeUndefined();
  expect(isThere(labels, 'none')).toBe(false);
  expect(itemsOf(labels, 'count')).toEqual([]);
});
