import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { KUBECONFIG } from '../../real/node/place.ts';
import { readArguments } from '../../real/rollout/arguments.ts';

interface Result {
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** On a machine that has nothing but Node. */
async function demo(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Result> {
  const empty = await mkdtemp(join(tmpdir(), 'nothing-'));
  onTestFinished(() => rm(empty, { recursive: true }));
  return await new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      ['sim/demo.ts', 'real', ...args],
      { env: { PATH: empty, XDG_CACHE_HOME: empty, ...env } },
      (_, stdout, stderr) => resolve({ code: child.exitCode ?? undefined, stdout, stderr }),
    );
  });
}

describe('demo -- real, as a user calls it,', () => {
  // `npm run cluster -- up` tells its user to export the second one.
  test.each([{}, { KUBECONFIG }])(
    'says what is missing where a real node cannot be, and fails, with %o',
    async (env) => {
      const { code, stdout, stderr } = await demo([], env);
      expect(code).toBe(1);
      expect(stdout).toBe('');
      expect(stderr).toContain('needs a real node, and for that more than is here:\n- ');
      expect(stderr).toMatch(
        process.platform === 'linux' ? /^- programs: apt-get install etcd-server/m : /^- Linux: /m,
      );
    },
  );

  test('asks for E2E_HOST where KUBECONFIG names a cluster', async () => {
    const { code, stderr } = await demo([], { KUBECONFIG: 'nowhere' });
    expect(code).toBe(1);
    expect(stderr).toBe('With KUBECONFIG set E2E_HOST must say at which address pods reach this machine\n');
  });

  test('explains its flags to whoever asks', async () => {
    const { code, stdout } = await demo(['--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('some of none,sleep-5,sleep-15,sleep-30,sleep-60,drain-wait (none,sleep-15,drain-wait)');
  });

  test('starts nothing with a wrong flag', async () => {
    const { code, stderr } = await demo(['--strategies=none,poll']);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^--strategies: there is no 'poll'\. Expected some of none, sleep-5, .*, drain-wait\.\n\nReplaces every pod/,
    );
  });
});

describe('the arguments', () => {
  test('without any compare no hook, sleep 15 and drain-wait behind an ALB, with a picture', () => {
    const { strategies = [], ...rest } = readArguments([]) ?? {};
    expect(strategies.map(({ name }) => name)).toEqual(['none', 'sleep-15', 'drain-wait']);
    expect(rest).toEqual({
      format: 'terminal',
      picture: 'rollout.svg',
      options: { loadBalancer: 'alb', lagMs: 2_000, throttleMs: 0, replicas: 3, rate: 15, gracePeriodSeconds: 90 },
    });
  });

  test('choose strategies, in the order given', () => {
    const names = readArguments(['--strategies=drain-wait,sleep-60'])?.strategies.map(({ name }) => name);
    expect(names).toEqual(['drain-wait', 'sleep-60']);
  });

  test.each([
    { args: ['--load-balancer=nlb'], gracePeriodSeconds: 152 },
    { args: ['--lag=40s', '--throttle=30s'], gracePeriodSeconds: 120 },
  ])('$args give the pods a grace period that is long enough', ({ args, gracePeriodSeconds }) => {
    expect(readArguments(args)?.options).toMatchObject({ gracePeriodSeconds });
  });

  test.each([
    { args: ['--markdown'], format: 'markdown', picture: 'rollout.svg' },
    { args: ['--json'], format: 'json', picture: undefined },
    { args: ['--json', '--picture=a.svg'], format: 'json', picture: 'a.svg' },
  ])('$args choose what is printed and drawn', ({ args, format, picture }) => {
    expect(readArguments(args)).toMatchObject({ format, picture });
  });

  test.each([
    ['--load-balancer=clb', '--load-balancer must be alb or nlb: current value is clb'],
    ['--lag=2', '--lag must be a duration such as 20s: current value is 2'],
    ['--replicas=0', '--replicas must be a whole number from 1 to 50: current value is 0'],
    ['--rate=201', '--rate must be a whole number from 1 to 200: current value is 201'],
    ['--speed=5', "Unknown option '--speed'"],
  ])('refuse %s and say why', (argument, problem) => {
    expect(() => readArguments([argument])).toThrow(problem);
  });
});
