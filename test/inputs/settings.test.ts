import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCommandLine } from '../../src/cli.ts';
import { type Config, readConfig } from '../../src/config.ts';
import { flagName, SETTINGS, type SettingName } from '../../src/settings.ts';
import { runProgram } from '../support/run-program.ts';
import { holdsFor, nastyText } from './nasty.ts';

const RUNS = 300;
const POD = { DRAIN_WAIT_POD_NAME: 'web-1', DRAIN_WAIT_POD_NAMESPACE: 'shop' };
const NAMES = Object.keys(SETTINGS) as readonly SettingName[];
const DAY_MS = 24 * 3_600_000;

/** Much that begins like a value of some setting, and then goes wrong or not. */
const almostRight: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc.constantFrom('20', 's', 'ms', 'm', 'h', '1', '.', '-', '+', 'e', '5', ' ', ',', '=', ':', '::', '/', 'true'),
      fc.constantFrom('draining', 'gone', 'release', 'hold', 'auto', 'native', 'info', 'false', '10.1.0.7', 'fd00::7'),
      fc.constantFrom('arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/0123456789abcdef', '=8080'),
    ),
    { maxLength: 6 },
  )
  .map((parts) => parts.join(''));

/** As long as the kernel lets a variable be. */
const longest = fc
  .constantFrom('1', ':', '1s', '1.1', 'a,', '1:', '.', 'arn:aws:', '-')
  .map((part) => `${part.repeat(120_000 / part.length)}x`);

const values = fc.oneof(
  { weight: 4, arbitrary: nastyText },
  { weight: 6, arbitrary: almostRight },
  { weight: 1, arbitrary: longest },
);

function expectSane({ port, policy, pod }: Config): void {
  expect(Number.isInteger(port) && port >= 0 && port <= 65_535).toBe(true);
  const { settleMs, minHoldMs, reserveMs, gracePeriodMs, fallbackHoldMs, apiRate } = policy;
  for (const ms of [settleMs.alb, settleMs.nlb, minHoldMs, reserveMs, gracePeriodMs, fallbackHoldMs]) {
    expect(Number.isFinite(ms) && ms >= 0 && ms <= DAY_MS).toBe(true);
  }
  expect(apiRate > 0 && apiRate <= 50).toBe(true);
  expect(pod.name).not.toBe('');
  for (const { port: targetPort } of policy.targetGroups) {
    expect(targetPort === undefined || (targetPort >= 1 && targetPort <= 65_535)).toBe(true);
  }
}

/** Reads the settings; each problem names where it came from. */
function read(
  env: Readonly<Record<string, string>>,
  flags: ReadonlyMap<string, string>,
  sources: readonly string[],
): void {
  const before = process.cpuUsage();
  const result = readConfig({ ...POD, ...env }, flags);
  // Microseconds of the processor.
  expect(process.cpuUsage(before).user).toBeLessThan(1_000_000);
  if (result.kind === 'config') {
    expectSane(result.config);
    return;
  }
  expect(result.problems).not.toEqual([]);
  for (const problem of result.problems) {
    expect(
      sources.some((source) => problem.includes(source)),
      problem.slice(0, 200),
    ).toBe(true);
  }
}

describe.each(NAMES)('the setting %s', (name) => {
  const setting = SETTINGS[name];

  test('is right, or is a problem that names it, whatever it is', () =>
    holdsFor(values, RUNS, (value) => {
      read({ [setting.env]: value }, new Map(), [setting.env]);
      read({}, new Map([[flagName(setting), value]]), [`--${flagName(setting)}`, setting.env]);
    }));
});

describe('the environment', () => {
  test('with variables that nobody knows has a problem for each, and nothing else happens', () =>
    holdsFor(
      fc.dictionary(
        nastyText.map((text) => `DRAIN_WAIT_${text}`),
        nastyText,
        { maxKeys: 5 },
      ),
      RUNS,
      (env) => read(env, new Map(), ['DRAIN_WAIT_']),
    ));

  test('with any Region and any endpoint is right, or tells which is wrong', () =>
    holdsFor(fc.record({ AWS_REGION: values, AWS_ENDPOINT_URL: values, AWS_ENDPOINT_URL_STS: values }), RUNS, (env) =>
      read(env, new Map(), ['AWS_REGION', 'AWS_ENDPOINT_URL']),
    ));
});

describe('the command line', () => {
  const argument = fc.oneof(
    nastyText,
    fc.constantFrom(
      ...NAMES.map((name) => `--${flagName(SETTINGS[name])}`),
      '--',
      '-',
      '--=',
      '--no-',
      'serve',
      'wait',
      'check',
    ),
    fc.tuple(fc.constantFrom(...NAMES), values).map(([name, value]) => `--${flagName(SETTINGS[name])}=${value}`),
  );

  test('of any words asks for something, or says what is wrong with it', () =>
    holdsFor(fc.array(argument, { maxLength: 6 }), RUNS, (args) => {
      const command = readCommandLine(args);
      if (command.kind === 'misuse') expect(command.problem).not.toBe('');
      if ('flags' in command) read({}, command.flags, ['--', 'DRAIN_WAIT_']);
    }));

  const samples = fc.sample(
    fc.array(
      values.filter((text) => !text.includes('\0') && text.length < 1_000),
      { minLength: NAMES.length, maxLength: NAMES.length },
    ),
    { numRuns: 6, seed: 14 },
  );

  test.concurrent.each(samples.map((sample, index) => [index + 1, sample] as const))(
    'of all flags with sample %i of such values starts nothing in the real program',
    async (_, sample) => {
      const flags = NAMES.map((name, index) => `--${flagName(SETTINGS[name])}=${sample[index]}`);
      // So that something is wrong in each of them.
      const { code, stdout, stderr } = await runProgram(['serve', ...flags, '--api-rate=-1'], { env: POD });
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(/^drain-wait cannot start\. Wrong settings:\n/);
      expect(stderr).toContain("  - --api-rate='-1'");
      expect(stderr).not.toMatch(/^\s+at /m);
    },
  );
});
