import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { NO_CALLS } from '../../src/core/calls.ts';
import type { HoldEvent } from '../../src/core/journal.ts';
import type { HoldSummary, TargetSummary } from '../../src/core/outcome.ts';
import { journalToEmf } from '../../src/telemetry/emf.ts';
import { ENTRY, IMAGE } from '../support/entry.ts';
import { type Scene, startScene } from '../support/scene.ts';
import { ALB_ARN, NLB_ARN, POD } from '../support/world.ts';
import { EMF_SCHEMA, type EmfLine } from './emf-schema.ts';

const isEmf = new Ajv({ strict: true, strictTypes: false }).compile<EmfLine>(EMF_SCHEMA);

/** A line as CloudWatch reads it. Fails where CloudWatch would make no metric, or not all, of it. */
function asEmf(line: unknown): EmfLine {
  if (!isEmf(line)) throw new Error(JSON.stringify(isEmf.errors));
  for (const { Dimensions, Metrics } of line._aws.CloudWatchMetrics) {
    for (const name of Dimensions.flat()) expect(line[name], name).toEqual(expect.stringMatching(/./));
    for (const { Name } of Metrics) expect(line[Name], Name).toEqual(expect.any(Number));
  }
  return line;
}

/** The metrics that CloudWatch makes of a line: `Held(PodNamespace=shop,Reason=drained)` → value. */
function metricsOf(line: EmfLine): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    line._aws.CloudWatchMetrics.flatMap(({ Dimensions, Metrics }) =>
      Dimensions.flatMap((names) =>
        Metrics.map(({ Name }) => [`${Name}(${names.map((name) => `${name}=${line[name]}`).join(',')})`, line[Name]]),
      ),
    ),
  );
}

function namespacesOf(line: EmfLine): readonly string[] {
  return line._aws.CloudWatchMetrics.map(({ Namespace }) => Namespace);
}

function target(overrides: Partial<TargetSummary> = {}): TargetSummary {
  return { ...NO_CALLS, targetGroup: ALB_ARN, ip: '10.1.0.7', port: 8080, state: 'settled', states: [], ...overrides };
}

function released(overrides: Partial<HoldSummary> = {}): HoldEvent {
  const summary = { reason: 'drained', heldMs: 1, deadlineInMs: 1, kubernetes: NO_CALLS, targets: [] } as const;
  return { kind: 'released', pod: POD, summary: { ...summary, ...overrides } };
}

const NOW_MS = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

function linesOf(...events: readonly HoldEvent[]): readonly EmfLine[] {
  const lines: unknown[] = [];
  const journal = journalToEmf({ print: (line) => lines.push(JSON.parse(JSON.stringify(line))), now: () => NOW_MS });
  for (const event of events) journal(event);
  return lines.map(asEmf);
}

/** Those that the sidecar has printed. */
function printed({ pod }: Scene): readonly EmfLine[] {
  return pod.log.filter((line) => '_aws' in line).map(asEmf);
}

describe('the line in the embedded metric format', () => {
  test('has the figures of the summary, in seconds, and its time', () => {
    const nlb = target({ targetGroup: NLB_ARN, lagMs: 4_567, calls: 3, throttles: 2, errors: 1, apiMs: 1_500 });
    const targets = [target({ lagMs: 1_234, calls: 2, apiMs: 250 }), nlb];
    const [line] = linesOf(released({ heldMs: 125_118, targets }));
    expect(line?._aws.Timestamp).toBe(NOW_MS);
    expect(line).toMatchObject({
      level: 'info',
      time: '2026-01-02T03:04:05.678Z',
      msg: 'hold metrics',
      pod: 'shop/web-1',
      slowestTargetGroup: 'k8s-shop-web-nlb',
    });
    expect(line && metricsOf(line)).toEqual({
      'Holds(PodNamespace=shop,Reason=drained)': 1,
      'Held(PodNamespace=shop,Reason=drained)': 125.118,
      'Lag(PodNamespace=shop)': 4.567,
      'Calls(PodNamespace=shop)': 5,
      'Throttles(PodNamespace=shop)': 2,
      'Errors(PodNamespace=shop)': 1,
      'ApiTime(PodNamespace=shop)': 1.75,
    });
  });

  test('counts the calls for a target group once, however many targets the pod has in it', () => {
    const twice = [target({ port: 8080, calls: 4, apiMs: 80 }), target({ port: 8443, calls: 4, apiMs: 80 })];
    expect(linesOf(released({ targets: twice }))[0]).toMatchObject({ Calls: 4, ApiTime: 0.08 });
  });

  test('has no lag where no target was seen deregistering', () => {
    const [line] = linesOf(
      released({ reason: 'fallback', targets: [target({ state: 'unknown', errors: 2, calls: 2 })] }),
    );
    expect(line && Object.keys(metricsOf(line))).not.toContain('Lag(PodNamespace=shop)');
    expect(line).not.toHaveProperty('slowestTargetGroup');
  });

  test('is there for a hold that was cut short, which no release will tell of', () => {
    const [line] = linesOf({
      kind: 'cut-short',
      pod: POD,
      heldMs: 9_000,
      kubernetes: NO_CALLS,
      targets: [target({ lagMs: 3_000 })],
    });
    expect(line).toMatchObject({ Reason: 'cut-short', Held: 9, Lag: 3 });
  });

  test('keeps what was only observed in a namespace of its own', () => {
    expect(linesOf(released({ observed: true })).flatMap(namespacesOf)).toEqual(Array(2).fill('DrainWait/Observed'));
    expect(linesOf(released()).flatMap(namespacesOf)).toEqual(Array(2).fill('DrainWait'));
  });

  test('is printed only for the end of a hold, and begins with what tells it from other lines', () => {
    expect(
      linesOf({ kind: 'hold-started', pod: POD, deadlineInMs: 1 }, { kind: 'deadline-changed', deadlineInMs: 1 }),
    ).toEqual([]);
    expect(JSON.stringify(linesOf(released())[0])).toMatch(/^\{"_aws":/);
  });
});

describe.concurrent('a sidecar with DRAIN_WAIT_EMF', () => {
  test('prints it once, with the figures of the summary', async () => {
    await using scene = await startScene({ env: { DRAIN_WAIT_EMF: 'true' } });
    scene.delete();
    const { heldMs, targets } = await scene.ended();
    const lines = printed(scene);
    expect(lines).toHaveLength(1);
    expect(lines.flatMap(namespacesOf)).toEqual(['DrainWait', 'DrainWait']);
    const [{ lagMs = 0, calls = 0 } = {}] = targets;
    expect(lines[0]).toMatchObject({
      PodNamespace: scene.pod.namespace,
      Reason: 'drained',
      Held: heldMs / 1_000,
      Lag: lagMs / 1_000,
      Calls: calls,
    });
    expect(calls).toBeGreaterThan(0);
    expect(Math.abs(Date.now() - (lines[0]?._aws.Timestamp ?? 0))).toBeLessThan(600_000);
  });

  test('prints it before it ends in the middle of an observed hold', async () => {
    await using scene = await startScene({
      env: { DRAIN_WAIT_EMF: 'true', DRAIN_WAIT_MODE: 'observe' },
      appEndsAfterMs: 12_000,
    });
    scene.delete();
    await scene.pod.ended;
    const lines = printed(scene);
    expect(lines.map(({ Reason }) => Reason)).toEqual(['cut-short']);
    expect(lines.flatMap(namespacesOf)).toEqual(['DrainWait/Observed', 'DrainWait/Observed']);
  });

  test('prints it whatever the log level is', async () => {
    const pod = { DRAIN_WAIT_POD_NAME: 'web-1', DRAIN_WAIT_POD_NAMESPACE: 'shop', DRAIN_WAIT_PORT: '0' };
    const settings = { DRAIN_WAIT_LOG_LEVEL: 'warn', DRAIN_WAIT_SIDECAR: 'classic', DRAIN_WAIT_DISABLED: 'a test' };
    const child = spawn(process.execPath, [...IMAGE.nodeFlags, ENTRY], {
      env: { ...IMAGE.env, ...pod, ...settings, DRAIN_WAIT_EMF: 'true' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child.stdout.once('readable', () => child.kill('SIGTERM'));
    const lines = (await text(child.stdout))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toMatchObject([
      { level: 'warn', disabled: 'a test' },
      { Reason: 'disabled', Holds: 1 },
    ]);
  });

  test('prints none unless it is switched on', async () => {
    await using scene = await startScene();
    scene.delete();
    await scene.ended();
    expect(printed(scene)).toEqual([]);
  });
});
