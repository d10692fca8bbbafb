import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { RULES } from '../../../src/workload/lint/rules.ts';
import { asMarks, BROKEN, fixturesIn, GOOD, lintFiles, lintText, marksIn, RBAC_FOR_OTHERS } from './fixtures.ts';

const NATIVE = readFileSync(`${GOOD}/native-alb.yaml`, 'utf8');
const RBAC = readFileSync(`${GOOD}/rbac.yaml`, 'utf8');

/** The good Deployment with something changed. */
function changed(from: string | RegExp, to: string): string {
  const text = NATIVE.replace(from, to);
  if (text === NATIVE) throw new Error(`Nothing to change: ${from}`);
  return `${RBAC}---\n${text}`;
}

function rulesIn(text: string, options = {}): readonly string[] {
  return lintText(text, options).map(({ rule }) => rule);
}

describe('the rules', () => {
  test.each(fixturesIn(BROKEN))('find every planted mistake, and nothing else, in %s', (path) => {
    const aboutRbac = basename(path).startsWith('rbac-');
    const findings = lintFiles(aboutRbac ? [path] : [path, RBAC_FOR_OTHERS]);
    expect([...asMarks(findings)].sort()).toEqual([...marksIn(path)].sort());
  });

  test('find nothing in good manifests, one by one', () => {
    const findings = fixturesIn(GOOD).flatMap((path) => lintFiles([path, `${GOOD}/rbac.yaml`]));
    expect(asMarks(findings)).toEqual([]);
  });

  test('find nothing in good manifests, all together', () => {
    expect(asMarks(lintFiles(fixturesIn(GOOD)))).toEqual([]);
  });

  test('are each planted somewhere', () => {
    const planted = fixturesIn(BROKEN).flatMap(marksIn);
    expect(RULES.map(({ id }) => id).filter((id) => !planted.some((mark) => mark.endsWith(` ${id}`)))).toEqual([]);
  });

  test('have names of their own', () => {
    expect(new Set(RULES.map(({ id }) => id)).size).toBe(RULES.length);
  });

  test('wait for as long a lag, and for the load balancer, that the caller says', () => {
    const text = `${RBAC}---\n${NATIVE}`;
    expect(rulesIn(text, { lagMs: 28_000 })).toEqual([]);
    expect(rulesIn(text, { lagMs: 29_000 })).toEqual(['grace-short']);
    expect(rulesIn(text, { loadBalancer: 'nlb' })).toEqual(['grace-short']);
  });

  test('say what is there and what to do', () => {
    const [finding] = lintText(changed('terminationGracePeriodSeconds: 60', 'terminationGracePeriodSeconds: 40'));
    expect(finding).toMatchObject({
      severity: 'error',
      object: 'Deployment shop/web',
      message: 'the grace period is 40 s, and 52 s are needed: lag 20 s + settle 20 s (ALB) + reserve 10 s + 2 s',
      fix: 'Set terminationGracePeriodSeconds to 60, and DRAIN_WAIT_GRACE_PERIOD to the same.',
    });
  });

  test('leave out what an annotation silences, and only that', () => {
    const broken = 'httpGet: { path: /wrong, port: 9787, host: localhost }';
    const good = 'httpGet: { path: /prestop, port: 9787 }';
    expect(rulesIn(changed(good, broken))).toEqual(['hook-path', 'hook-host']);
    const text = changed(good, broken).replace(
      '      labels: { app: web }',
      '      labels: { app: web }\n      annotations: { drain-wait/lint-ignore: hook-host }',
    );
    expect(rulesIn(text)).toEqual(['hook-path']);
  });

  test('say once what is wrong with a Service, however many workloads it selects', () => {
    const twice = `${changed('selector: { app: web }\n  ports', 'selector: { app: web }\n  publishNotReadyAddresses: true\n  ports')}---\n${NATIVE.split('---')[0]?.replace('name: web', 'name: web-canary')}`;
    expect(rulesIn(twice)).toEqual(['publish-not-ready']);
  });

  test('find what is missing across files', () => {
    const [deployment = '', service = '', ingress = ''] = NATIVE.split('---');
    expect(
      rulesIn([RBAC, deployment, service, ingress.replace('target-type: ip', 'target-type: instance')].join('---\n')),
    ).toEqual(['target-type']);
  });
});

describe('the grace period', () => {
  test('is too short exactly where it is less than lag + settle + reserve + 2 s', () => {
    const seconds = fc.integer({ min: 0, max: 200 });
    fc.assert(
      fc.property(seconds, seconds, seconds, fc.integer({ min: 1, max: 700 }), (lag, settle, reserve, grace) => {
        const text = `${RBAC}---\n${NATIVE}`
          .replace(/: 60\n/, `: ${grace}\n`)
          .replace(
            '{ name: DRAIN_WAIT_GRACE_PERIOD, value: 60s }',
            `{ name: DRAIN_WAIT_SETTLE_ALB, value: ${settle}s }\n            - { name: DRAIN_WAIT_RESERVE, value: ${reserve}s }`,
          );
        const found = rulesIn(text, { lagMs: lag * 1_000 }).includes('grace-short');
        expect(found).toBe(grace < lag + settle + reserve + 2);
      }),
    );
  });
});

describe('whatever stands in a manifest', () => {
  const places = NATIVE.split('---\n').flatMap((text, document) =>
    pathsOf(parse(text)).map((path) => ({ document, path })),
  );

  test('no rule breaks on it', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...places),
        fc.oneof(fc.jsonValue(), fc.constant('toString')),
        ({ document, path }, junk) => {
          const objects = NATIVE.split('---\n').map((text) => parse(text) as unknown);
          objects[document] = withValue(objects[document], path, junk);
          const text = objects.map((object) => stringify(object)).join('---\n');
          for (const { line } of lintText(text)) expect(text.split('\n').length).toBeGreaterThanOrEqual(line);
        },
      ),
      { numRuns: 200 },
    );
  });
});

type Path = readonly (string | number)[];

function pathsOf(value: unknown): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [[]];
  const inner = Object.entries(value).flatMap(([key, each]) =>
    pathsOf(each).map((path) => [Array.isArray(value) ? Number(key) : key, ...path]),
  );
  return [[], ...inner];
}

function withValue(outer: unknown, [key, ...rest]: Path, value: unknown): unknown {
  if (key === undefined) return value;
  const copy = structuredClone(outer) as Record<string | number, unknown>;
  copy[key] = withValue(copy[key], rest, value);
  return copy;
}
