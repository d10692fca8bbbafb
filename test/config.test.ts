import { describe, expect, test } from 'vitest';
import { readCommandLine } from '../src/cli.ts';
import { readConfig } from '../src/config.ts';
import { duration, flagName, SETTINGS } from '../src/settings.ts';

const POD = { DRAIN_WAIT_POD_NAME: 'web-1', DRAIN_WAIT_POD_NAMESPACE: 'shop' };

function read(env: Record<string, string> = {}, flags: Record<string, string> = {}) {
  return readConfig({ ...POD, ...env }, new Map(Object.entries(flags)));
}

function config(env: Record<string, string> = {}, flags: Record<string, string> = {}) {
  const result = read(env, flags);
  if (result.kind === 'problems') throw new Error(result.problems.join('\n'));
  return result.config;
}

function problems(env: Record<string, string> = {}, flags: Record<string, string> = {}): readonly string[] {
  const result = read(env, flags);
  return result.kind === 'problems' ? result.problems : [];
}

describe('readConfig()', () => {
  test('has the documented defaults', () => {
    expect(config()).toMatchObject({
      port: 9787,
      sidecar: 'auto',
      logLevel: 'info',
      serviceAccountDir: '/var/run/secrets/kubernetes.io/serviceaccount',
      pod: { name: 'web-1', namespace: 'shop', uid: undefined, ips: [] },
      policy: {
        until: 'draining',
        settleMs: { alb: 20_000, nlb: 120_000 },
        minHoldMs: 5_000,
        reserveMs: 10_000,
        gracePeriodMs: 30_000,
        fallbackHoldMs: 35_000,
        onRestart: 'release',
        targetGroups: [],
        apiRate: 5,
        disabled: undefined,
      },
    });
  });

  test('takes a legal zero for what it is', () => {
    expect(
      config({
        DRAIN_WAIT_SETTLE_ALB: '0s',
        DRAIN_WAIT_MIN_HOLD: '0s',
        DRAIN_WAIT_RESERVE: '0s',
        DRAIN_WAIT_PORT: '0',
      }),
    ).toMatchObject({
      port: 0,
      policy: { settleMs: { alb: 0 }, minHoldMs: 0, reserveMs: 0 },
    });
  });

  test('takes empty for unset', () => {
    expect(config({ DRAIN_WAIT_SETTLE_ALB: '', DRAIN_WAIT_DISABLED: '', AWS_REGION: '' })).toMatchObject({
      region: undefined,
      policy: { settleMs: { alb: 20_000 }, disabled: undefined },
    });
  });

  test('lets a flag win over its variable', () => {
    expect(config({ DRAIN_WAIT_SETTLE_ALB: '30s' }, { 'settle-alb': '40s' }).policy.settleMs.alb).toBe(40_000);
  });

  test('reads the pod from the downward API', () => {
    const { pod } = config({ DRAIN_WAIT_POD_UID: 'uid-1', DRAIN_WAIT_POD_IPS: '10.1.0.7,fd00::7' });
    expect(pod).toEqual({ name: 'web-1', namespace: 'shop', uid: 'uid-1', ips: ['10.1.0.7', 'fd00::7'] });
  });

  test('reports every problem at once, with name, value and what would be right', () => {
    const found = problems(
      {
        DRAIN_WAIT_SETLE_ALB: '20s',
        DRAIN_WAIT_SETTLE_ALB: '20',
        DRAIN_WAIT_MIN_HOLD: '-5s',
        DRAIN_WAIT_PORT: '99999',
        DRAIN_WAIT_UNTIL: 'Draining',
        DRAIN_WAIT_POD_NAME: '',
        DRAIN_WAIT_SERVICE_ACCOUNT_DIR: 'serviceaccount',
        AWS_REGION: 'eu-wset-1',
        AWS_ENDPOINT_URL: 'localhost:4566',
      },
      { portt: '1' },
    );
    expect(found).toEqual([
      "DRAIN_WAIT_SETLE_ALB='20s': no such setting. Did you mean DRAIN_WAIT_SETTLE_ALB?",
      "--portt='1': no such flag. Did you mean port?",
      "DRAIN_WAIT_PORT='99999': not a port. Expected a port from 0 to 65535; 0 takes a free one.",
      "DRAIN_WAIT_UNTIL='Draining': not one of these. Expected draining or gone.",
      "DRAIN_WAIT_SETTLE_ALB='20': a duration needs a unit: 20s or 20ms. Expected a duration such as 20s.",
      "DRAIN_WAIT_MIN_HOLD='-5s': not a duration. Expected a duration such as 5s.",
      "DRAIN_WAIT_SERVICE_ACCOUNT_DIR='serviceaccount': not an absolute path. Expected an absolute path.",
      'DRAIN_WAIT_POD_NAME is not set. Give it to the container by the downward API: valueFrom.fieldRef.fieldPath metadata.name.',
      "AWS_REGION='eu-wset-1': not an AWS Region. Expected a code such as eu-west-1.",
      "AWS_ENDPOINT_URL='localhost:4566': not a URL. Expected one that begins with https:// or http://.",
    ]);
  });

  test.each(['Infinity', '1e3s', '20 s', '20S', '25h', '1.s', 's'])('refuses %s as a duration', (value) => {
    expect(problems({ DRAIN_WAIT_SETTLE_ALB: value })).toHaveLength(1);
  });

  test('refuses a reserve that leaves nothing of the assumed grace period', () => {
    expect(problems({ DRAIN_WAIT_RESERVE: '30s' })[0]).toContain('DRAIN_WAIT_GRACE_PERIOD');
    expect(problems({ DRAIN_WAIT_RESERVE: '30s', DRAIN_WAIT_GRACE_PERIOD: '120s' })).toEqual([]);
  });

  test('is not confused by the variables of a Service that is called drain-wait', () => {
    const links = {
      DRAIN_WAIT_PORT: 'tcp://10.0.0.1:9787',
      DRAIN_WAIT_PORT_9787_TCP: 'tcp://10.0.0.1:9787',
      DRAIN_WAIT_PORT_9787_TCP_ADDR: '10.0.0.1',
      DRAIN_WAIT_SERVICE_HOST: '10.0.0.1',
      DRAIN_WAIT_SERVICE_PORT_HTTP: '9787',
      DRAIN_WAIT_DEMO_PORT: 'tcp://10.0.0.2:80',
    };
    expect(config(links).port).toBe(9787);
  });

  test('leaves the metrics off unless they are switched on', () => {
    expect(config()).toMatchObject({ emf: false, metrics: false });
    expect(config({ DRAIN_WAIT_EMF: 'true', DRAIN_WAIT_METRICS: 'true' })).toMatchObject({ emf: true, metrics: true });
  });

  test.each([
    'eu-west-1',
    'us-gov-east-1',
    'cn-northwest-1',
    'ap-southeast-7',
    'mx-central-1',
    'us-isob-east-1',
    'eusc-de-east-1',
  ])('knows the Region %s', (region) => {
    expect(config({ AWS_REGION: region }).region).toBe(region);
  });
});

test('duration() adds up its parts', () => {
  expect(duration('1m30s')).toBe(90_000);
  expect(duration('500ms')).toBe(500);
  expect(duration('1.5s')).toBe(1_500);
});

describe('readCommandLine()', () => {
  test('serves when nothing is asked', () => {
    expect(readCommandLine([])).toEqual({ kind: 'serve', flags: new Map() });
  });

  test('reads flags in every usual form', () => {
    const command = readCommandLine(['wait', '--settle-alb', '20s', '--port=1', '--metrics', '--no-events']);
    expect(Object.fromEntries('flags' in command ? command.flags : [])).toEqual({
      'settle-alb': '20s',
      port: '1',
      metrics: 'true',
      events: 'false',
    });
  });

  test('keeps unknown flags for the settings to complain of', () => {
    expect(readCommandLine(['--bogus'])).toEqual({ kind: 'serve', flags: new Map([['bogus', 'true']]) });
  });

  test.each([[['--help']], [['help']], [['serve', '-h']]])('%j asks for help', (args) => {
    expect(readCommandLine(args)).toEqual({ kind: 'help' });
  });

  test.each([[['wiat']], [['serve', 'now']]])('%j is a misuse', (args) => {
    expect(readCommandLine(args).kind).toBe('misuse');
  });
});

test('every setting has a flag of the same name', () => {
  expect(Object.values(SETTINGS).map(flagName)).toContain('settle-alb');
  for (const setting of Object.values(SETTINGS)) {
    expect(`DRAIN_WAIT_${flagName(setting).replaceAll('-', '_').toUpperCase()}`).toBe(setting.env);
  }
});

test('every default is a legal value of its setting', () => {
  for (const { fallback, parse } of Object.values(SETTINGS)) {
    if (fallback !== undefined) expect(() => parse(fallback)).not.toThrow();
  }
});
