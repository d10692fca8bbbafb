import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import type { SubjectReport } from '../../src/doctor/finding.ts';
import { jsonReport } from '../../src/doctor/formats/json.ts';
import { textReport } from '../../src/doctor/formats/text.ts';
import { worst } from '../../src/doctor/formats/worst.ts';

const REPORT: SubjectReport = {
  namespace: 'shop',
  pod: 'web-1',
  alike: ['web-1', 'web-2'],
  findings: [
    { check: 'credentials', level: 'ok', message: 'the sidecar is arn:aws:sts::1:assumed-role/web/s' },
    { check: 'hooks', level: 'ok', message: 'the preStop hook of app asks the sidecar' },
    {
      check: 'publish-not-ready',
      level: 'problem',
      message: 'Service web publishes not-ready addresses',
      why: 'It stays registered.',
      fix: 'kubectl one\nkubectl two',
    },
    { check: 'grace-mismatch', level: 'warning', message: 'two grace periods', why: 'They differ.', fix: 'Set one.' },
    { check: 'node-unknown', level: 'unknown', message: 'the state of the node: seen from a laptop' },
  ],
};

const TEXT = `Pod shop/web-1, and 1 like it: web-2

  Who the sidecar is
    ok       the sidecar is arn:aws:sts::1:assumed-role/web/s

  The hooks
    ok       the preStop hook of app asks the sidecar

  The load balancer
    problem  Service web publishes not-ready addresses  [publish-not-ready]
             why  It stays registered.
             fix  kubectl one
                  kubectl two

  The time
    warning  two grace periods  [grace-mismatch]
             why  They differ.
             fix  Set one.

  Life and death of the pod
    unknown  the state of the node: seen from a laptop

1 pod looked at: 1 problem, 1 warning, 1 unknown, 2 ok. First: Service web publishes not-ready addresses [publish-not-ready of web-1]. What is unknown here can be seen from a laptop.
`;

test('the text is read top-down, and ends with the counts and what to do first', () => {
  expect(textReport([REPORT], { color: false, from: 'inside' })).toBe(TEXT);
});

test('colours change nothing but the colours', () => {
  const colored = textReport([REPORT], { color: true, from: 'inside' });
  expect(colored).not.toBe(TEXT);
  expect(stripVTControlCharacters(colored)).toBe(TEXT);
});

test('a problem of a later pod is to be done before a warning of the first', () => {
  const warned = { ...REPORT, findings: REPORT.findings.filter(({ level }) => level !== 'problem') };
  const text = textReport([warned, { ...REPORT, pod: 'api-1', alike: ['api-1'] }], { color: false, from: 'outside' });
  expect(text).toContain('\nPod shop/api-1\n');
  expect(text).toContain('2 pods looked at: 1 problem, 2 warnings, 2 unknown, 4 ok.');
  expect(text).toContain('[publish-not-ready of api-1]');
});

test('where all is well there is nothing to do first', () => {
  const [first] = REPORT.findings;
  const findings = first === undefined ? [] : [first];
  expect(textReport([{ ...REPORT, findings }], { color: false, from: 'outside' })).toMatch(
    /\n1 pod looked at: 1 ok\.\n$/,
  );
});

test('the JSON has all of it', () => {
  expect(JSON.parse(jsonReport([REPORT], '1.2.3'))).toEqual({ version: '1.2.3', subjects: [REPORT] });
});

test('the worst of all counts, and nothing is ok', () => {
  const only = (level: SubjectReport['findings'][number]['level']): SubjectReport => ({
    ...REPORT,
    findings: [{ check: 'hooks', level, message: '' }],
  });
  expect(worst([])).toBe('ok');
  expect(worst([only('note'), only('unknown')])).toBe('unknown');
  expect(worst([only('warning'), only('ok')])).toBe('warning');
  expect(worst([only('warning'), only('problem')])).toBe('problem');
});
