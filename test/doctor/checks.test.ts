import { describe, expect, test } from 'vitest';
import { CHECKS } from '../../src/doctor/checks.ts';
import { examine } from '../../src/doctor/examine.ts';
import type { Finding } from '../../src/doctor/finding.ts';
import { factsOf, type Shape } from './facts.ts';
import type { Planted } from './planted/plant.ts';
import { PLANTED } from './planted.ts';

async function findingsOf({ shape, change }: Pick<Planted, 'shape' | 'change'>): Promise<readonly Finding[]> {
  const [report] = examine(await factsOf(shape, change));
  return report?.findings ?? [];
}

describe('a planted mistake', () => {
  test.each(PLANTED)('$title is found as $check', async (planted) => {
    const found = (await findingsOf(planted)).filter(({ check, level }) => check === planted.check && level !== 'ok');
    expect(found.map(({ level }) => level)).toContain(planted.level);
    const finding = found.find(({ level }) => level === planted.level);
    expect(finding?.message).toMatch(planted.says);
    if (planted.fix !== undefined) expect(finding?.fix).toMatch(planted.fix);
  });

  test.each(PLANTED.filter(({ level }) => level === 'warning' || level === 'problem'))(
    '$title is explained, and nothing else but what follows from it is bad',
    async (planted) => {
      const bad = (await findingsOf(planted)).filter(({ level }) => level === 'warning' || level === 'problem');
      for (const { why, fix } of bad) {
        expect(why).toMatch(/^[A-Z].*\.$/);
        expect(fix).toBeTruthy();
      }
      const others = bad.map(({ check }) => check).filter((check) => check !== planted.check);
      expect([...new Set(others)].sort()).toEqual([...(planted.also ?? [])].sort());
    },
  );

  test('stands for each check that can find a problem or a warning', () => {
    const able = CHECKS.filter(({ levels }) => levels.includes('problem') || levels.includes('warning'));
    const planted = new Set(PLANTED.map(({ check }) => check));
    expect(able.map(({ id }) => id).filter((id) => !planted.has(id))).toEqual([]);
  });

  test('is only found by checks that may say so', async () => {
    for (const planted of PLANTED) {
      for (const { check, level } of await findingsOf(planted)) {
        const row = CHECKS.find(({ id }) => id === check);
        // A section says that all is well in its own name.
        expect(row === undefined ? ['ok'] : row.levels, check).toContain(level);
      }
    }
  });
});

const HEALTHY: readonly Shape[] = (['inside', 'outside'] as const).flatMap((from) =>
  (['native', 'classic'] as const).flatMap((kind) =>
    (['alb', 'nlb'] as const).map((loadBalancer) => ({ from, kind, loadBalancer })),
  ),
);

describe('a healthy pod', () => {
  test.each(HEALTHY)('gives no warning: $kind, $loadBalancer, $from', async (shape) => {
    const findings = await findingsOf({ shape, change: () => {} });
    expect(findings.filter(({ level }) => level === 'warning' || level === 'problem')).toEqual([]);
    expect(findings.filter(({ level }) => level === 'ok').length).toBeGreaterThanOrEqual(6);
  });

  test('has a line for what cannot be seen from where one is, and where it can be', async () => {
    const inside = await findingsOf({ shape: { from: 'inside' }, change: () => {} });
    expect(inside.filter(({ level }) => level === 'unknown').map(({ check }) => check)).toEqual([
      'deregistration-delay',
      'controller',
      'node-unknown',
    ]);
    const outside = await findingsOf({ shape: { from: 'outside' }, change: () => {} });
    expect(outside.filter(({ level }) => level === 'unknown')).toEqual([
      expect.objectContaining({ check: 'aws-permission', message: expect.stringContaining('kubectl -n shop exec') }),
    ]);
  });

  test('is one with target groups that the user names, although the Role gives nothing but pods', async () => {
    const findings = await findingsOf({
      shape: { from: 'inside' },
      change: (world) => {
        world.bindings = [];
        world.spec.readinessGates = [];
        world.pod.metadata = {
          ...world.pod.metadata,
          annotations: { 'drain-wait/target-groups': `${ARN_OF_NAMED}=8080` },
        };
        for (const each of world.permissions) {
          if (each.permission.resource !== 'pods') each.allowed = { kind: 'known', value: false };
        }
      },
    });
    expect(findings.filter(({ level }) => level === 'warning' || level === 'problem')).toEqual([]);
    expect(findings).toContainEqual(
      expect.objectContaining({ check: 'targets', level: 'ok', message: expect.stringContaining('annotation') }),
    );
  });
});

const ARN_OF_NAMED = 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/named/0123456789abcdef';

test('what is about the cluster stands with the first pod only', async () => {
  const facts = await factsOf();
  const [subject] = facts.subjects;
  if (subject === undefined) throw new Error('no subject');
  const reports = examine({ ...facts, subjects: [subject, structuredClone(subject)] });
  const controllers = reports.map(({ findings }) => findings.filter(({ check }) => check === 'controller').length);
  expect(controllers).toEqual([1, 0]);
});

test('an annotation that silences a rule of lint silences it here', async () => {
  const planted = PLANTED.find(({ check }) => check === 'liveness-probe');
  const findings = await findingsOf({
    shape: {},
    change: (world) => {
      planted?.change(world);
      world.pod.metadata = { ...world.pod.metadata, annotations: { 'drain-wait/lint-ignore': 'liveness-probe' } };
    },
  });
  expect(findings.map(({ check }) => check)).not.toContain('liveness-probe');
});

test('an API server out of reach is said once, and not for each permission', async () => {
  const planted = PLANTED.find(({ title }) => title === 'an API server out of reach');
  if (planted === undefined) throw new Error('nothing is planted');
  const found = await findingsOf(planted);
  expect(found.filter(({ message }) => message.includes('ETIMEDOUT')).map(({ check }) => check)).toEqual([
    'kubernetes-api',
  ]);
});

test('a pod that nobody makes gets its fix as YAML, without the words of a patch', async () => {
  const findings = await findingsOf({
    shape: {},
    change: (world) => {
      world.pod.metadata = { ...world.pod.metadata, ownerReferences: [] };
      world.owner = { kind: 'known', value: undefined };
      world.app.lifecycle = { preStop: { sleep: { seconds: 15 } } };
    },
  });
  const finding = findings.find(({ check }) => check === 'hook-sleep');
  expect(finding?.fix).toBe(
    [
      'In the pod template:',
      'spec:',
      '  containers:',
      '    - name: app',
      '      lifecycle:',
      '        preStop:',
      '          httpGet:',
      '            path: /prestop',
      '            port: 9787',
    ].join('\n'),
  );
});
