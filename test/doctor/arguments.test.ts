import { expect, test } from 'vitest';
import { readArguments } from '../../src/doctor/arguments.ts';
import { HELP } from '../../src/doctor/help.ts';

function problemOf(...args: readonly string[]): string {
  try {
    readArguments(args);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return 'nothing is wrong';
}

test('without arguments it is about the own pod, and fails on problems', () => {
  expect(readArguments([])).toEqual({
    target: undefined,
    namespace: undefined,
    json: false,
    failOn: 'problem',
    lagMs: 20_000,
    color: true,
    help: false,
  });
});

test.each([
  [['pod/web-1'], { kind: 'pod', name: 'web-1' }],
  [['po/web-1'], { kind: 'pod', name: 'web-1' }],
  [['pod', 'web-1'], { kind: 'pod', name: 'web-1' }],
  [['deploy/web'], { kind: 'deployment', name: 'web' }],
  [['Deployment/web'], { kind: 'deployment', name: 'web' }],
  [['sts', 'db'], { kind: 'statefulset', name: 'db' }],
  [['daemonset/agent'], { kind: 'daemonset', name: 'agent' }],
])('%j names what kubectl would', (args, target) => {
  expect(readArguments([...args, '-n', 'shop'])).toMatchObject({ target, namespace: 'shop' });
});

test('every flag is read', () => {
  const args = ['--namespace=shop', '--json', '--fail-on', 'warning', '--lag', '1m', '--help'];
  expect(readArguments(args, { NO_COLOR: '1' })).toEqual({
    target: undefined,
    namespace: 'shop',
    json: true,
    failOn: 'warning',
    lagMs: 60_000,
    color: false,
    help: true,
  });
});

test('an empty NO_COLOR is none', () => {
  expect(readArguments([], { NO_COLOR: '' }).color).toBe(true);
});

test.each(['web-1', 'ingress/web', 'pod/', 'pod/../secrets', 'pod/web/1', 'pod/Web'])(
  '%s is nothing to look at',
  (text) => {
    expect(problemOf(text)).toBe(
      `'${text}': not something to look at. Expected pod/NAME, deployment/NAME, statefulset/NAME or daemonset/NAME.`,
    );
  },
);

test('one pod at a time', () => {
  expect(problemOf('pod', 'web-1', 'web-2')).toContain("'pod web-1 web-2': not something to look at");
  expect(problemOf('pod/web-1', 'pod/web-2')).toContain("'pod/web-1 pod/web-2': not something to look at");
});

test('a namespace is a name, because it goes into requests', () => {
  expect(problemOf('-n', '../kube-system')).toContain("--namespace='../kube-system': no name of a namespace");
});

test('everything that is wrong is told at once', () => {
  expect(problemOf('--wide', '--lag', '20', '--fail-on', 'note', '--json=yes', 'web-1').split('\n')).toEqual([
    '--wide: no such flag.',
    "--json takes no value: current value is 'yes'.",
    "--lag='20': a duration needs a unit: 20s or 20ms. Expected a duration such as 20s.",
    "--fail-on='note': unknown. Expected problem, warning.",
    expect.stringContaining("'web-1': not something to look at"),
  ]);
});

test('a flag without its value is one thing that is wrong', () => {
  expect(problemOf('--namespace')).toBe('--namespace needs a value.');
});

test('the help names every flag', () => {
  for (const flag of ['--namespace', '-n', '--json', '--fail-on', '--lag', '--help', '-h'])
    expect(HELP).toContain(flag);
});
