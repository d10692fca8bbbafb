import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Plain, plain, plainList } from '../../../src/workload/inject/plain.ts';
import {
  preStopHook,
  SIDECAR_NAME,
  sidecarContainer,
  TOKEN_VOLUME_NAME,
  tokenVolume,
} from '../../../src/workload/sidecar.ts';
import { containerNamed, injected, missingLines, objectsOf, podSpec } from './support.ts';

const FOLDER = 'test/workload/inject/manifests';
const FILES = readdirSync(FOLDER).map((file) => [file, readFileSync(join(FOLDER, file), 'utf8')] as const);

/** Objects in the fixtures that are left alone although they make pods. */
const LEFT_ALONE = ['opted-out', 'referring'];

/** A sidecar that somebody has written by hand is in it. */
const WITH_SIDECAR = ['classic'];

const GRACE: Readonly<Record<string, number>> = { queue: 120, classic: 70 };

function nameOf(object: Plain | undefined): string {
  return String(plain(object?.['metadata'])['name']);
}

/** The object without anything of drain-wait, and without the grace period. */
function bare(object: Plain): unknown {
  const spec = podSpec(object);
  if (spec === undefined) return object;
  const { terminationGracePeriodSeconds: _, ...rest } = spec;
  const without = {
    ...rest,
    containers: plainList(spec['containers'])
      .map(withoutHook)
      .filter(({ name }) => name !== SIDECAR_NAME),
    initContainers: plainList(spec['initContainers']).filter(({ name }) => name !== SIDECAR_NAME),
    volumes: plainList(spec['volumes']).filter(({ name }) => name !== TOKEN_VOLUME_NAME),
  };
  return object['kind'] === 'Pod'
    ? { ...object, spec: without }
    : {
        ...object,
        spec: { ...plain(object['spec']), template: { ...plain(plain(object['spec'])['template']), spec: without } },
      };
}

function withoutHook(container: Plain): Plain {
  const { preStop: _, ...others } = plain(container['lifecycle']);
  const { lifecycle: __, ...rest } = container;
  return { ...rest, lifecycle: others, env: container['env'] ?? undefined };
}

describe.each(FILES)('inject of %s', (_, text) => {
  const before = objectsOf(text);
  const once = injected(text);
  const after = objectsOf(once);

  test('changes nothing but what it adds', () => {
    expect(after.map(bare)).toEqual(before.map(bare));
  });

  test.each(after.map((object) => [nameOf(object), object] as const))('%s is as it should be', (name, object) => {
    const spec = podSpec(object);
    const index = after.indexOf(object);
    if (spec === undefined || LEFT_ALONE.includes(name)) return expect(object).toEqual(before[index]);
    const grace = GRACE[name] ?? 60;
    expect(spec['terminationGracePeriodSeconds']).toBe(grace);
    expect(plainList(spec['volumes']).filter(({ name }) => name === TOKEN_VOLUME_NAME)).toEqual([tokenVolume()]);
    for (const container of plainList(spec['containers']).filter((each) => each['name'] !== SIDECAR_NAME)) {
      expect(plain(container['lifecycle'])['preStop']).toMatchObject(preStopHook(9787));
    }
    if (WITH_SIDECAR.includes(name)) return;
    expect(plainList(spec['initContainers'])[0]).toEqual(
      sidecarContainer({
        kind: 'native',
        image: 'drain-wait:1.2.3',
        gracePeriodSeconds: grace,
        port: 9787,
        settings: {},
      }),
    );
  });

  test('is the same when it is injected again', () => {
    expect(injected(once)).toBe(once);
  });

  test('keeps every line that need not change', () => {
    const lost = missingLines(text, once);
    const mayChange = /terminationGracePeriodSeconds|[[{].*[\]}]/;
    expect(lost.filter((line) => !mayChange.test(line) && !text.trimStart().startsWith('{'))).toEqual([]);
  });

  test('keeps the line breaks', () => {
    const lines = once.split('\n').slice(0, -1);
    const crlf = lines.filter((line) => line.endsWith('\r')).length;
    expect(crlf).toBe(text.includes('\r\n') ? lines.length : 0);
    expect(once.endsWith('\n')).toBe(text.endsWith('\n'));
  });

  test.each([
    ['native', 'initContainers', 'Always'],
    ['classic', 'containers', undefined],
  ] as const)('has one %s sidecar when it is made that', (kind, place, restartPolicy) => {
    const text = injected(once, { kind: kind === 'native' ? 'classic' : 'native' });
    const objects = objectsOf(injected(text, { kind }));
    expect(objects.map(bare)).toEqual(before.map(bare));
    for (const object of objects.filter((each) => !LEFT_ALONE.includes(nameOf(each)))) {
      const spec = plain(podSpec(object));
      const sidecar = containerNamed(spec, SIDECAR_NAME);
      expect(plainList(spec[place]).filter(({ name }) => name === SIDECAR_NAME)).toEqual(
        sidecar === undefined ? [] : [sidecar],
      );
      expect(sidecar?.['restartPolicy']).toBe(sidecar === undefined ? undefined : restartPolicy);
    }
  });
});

function fixture(name: string): string {
  return readFileSync(join(FOLDER, name), 'utf8');
}

test('JSON stays JSON, indented as it was', () => {
  for (const name of ['json.yaml', 'json-on-one-line.yaml']) {
    const text = injected(fixture(name));
    expect([JSON.parse(text)].flatMap(({ items, ...object }) => items ?? [object])).toEqual(objectsOf(text));
  }
  expect(injected(fixture('json-on-one-line.yaml')).trimEnd()).not.toContain('\n');
  expect(injected(fixture('json.yaml'))).toContain('\n                "volumes": [\n                    {\n');
});

test('comments stay with what they are about', () => {
  const helm = injected(fixture('helm-rendered.yaml'));
  expect(helm).toMatch(/initContainers:\n {8}- name: drain-wait\n/);
  expect(helm).toContain('        # waits for the schema\n        - name: migrate\n');
  const comments = injected(fixture('comments.yaml'));
  expect(comments).toContain('        # end of the containers\n      initContainers:\n');
  expect(comments).toContain(
    '                port: 9787\n            # nothing so far\n          # end of the proxy\n',
  );
  expect(comments).toContain("          emptyDir: {} # node's disk\n        - name: drain-wait-token\n");
});

test('a sidecar that moves leaves no gap', () => {
  const native = injected(fixture('classic.yaml'), { kind: 'native' });
  expect(native).toContain('        # written by hand\n      initContainers:\n        - name: drain-wait\n');
});

test('what is added is indented like what is there', () => {
  expect(injected(fixture('kubectl-get.yaml'))).toContain('\n      initContainers:\n      - name: drain-wait\n');
  expect(injected(fixture('several-containers.yaml'))).toMatch(/\n {12}initContainers:\n {16}- name: drain-wait\n/);
  expect(injected(fixture('several-containers.yaml'))).toMatch(/\n {22}preStop:\n {26}httpGet:\n/);
  expect(injected(fixture('windows.yaml'))).toContain('\r\n      volumes:\r\n        - name: drain-wait-token\r\n');
});

test('anchors, aliases and merge keys stay where they still say the same', () => {
  const text = injected(fixture('anchors.yaml'));
  for (const line of [
    '          lifecycle: *lifecycle\n',
    '        - <<: *base\n',
    '          env: *env\n',
    '&seconds 30\n',
  ]) {
    expect(text).toContain(line);
  }
  expect(text).toContain('      terminationGracePeriodSeconds: 60\n');
});
