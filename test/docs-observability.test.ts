import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { REASONS } from '../src/core/outcome.ts';
import { EMF_DIRECTIVES, EMF_NAMESPACES } from '../src/telemetry/emf.ts';
import { createMetrics } from '../src/telemetry/metrics.ts';
import { names, table } from './support/docs-table.ts';
import { ALB_ARN } from './support/world.ts';
import { samplesOf } from './telemetry/prometheus-text.ts';

const FOLDER = 'docs/observability';
const [page, dashboard, rules, alarms] = await Promise.all(
  ['README.md', 'grafana-dashboard.json', 'prometheus-rules.yaml', 'cloudwatch-alarms.yaml'].map((name) =>
    readFile(`${FOLDER}/${name}`, 'utf8'),
  ),
);

interface Family {
  readonly type: string;
  readonly labels: ReadonlySet<string>;
  /** Of each label that has a fixed set of them. */
  readonly values: ReadonlySet<string>;
}

/** What the program really shows, by name. */
const families = await familiesOf();

async function familiesOf(): Promise<ReadonlyMap<string, Family>> {
  const metrics = createMetrics({ version: '1.2.3', observe: false, holding: () => [] });
  metrics.checked(0, [ALB_ARN]);
  const text = await metrics.text();
  const samples = samplesOf(text);
  return new Map(
    [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => {
      const own = samples.filter((sample) => baseName(sample.name) === name || sample.name === name);
      const labels = new Set(own.flatMap((sample) => Object.keys(sample.labels)).filter((label) => label !== 'le'));
      return [name, { type, labels, values: new Set(own.flatMap((sample) => Object.values(sample.labels))) }];
    }),
  );
}

/** `x_bucket` → `x`. */
function baseName(series: string): string {
  return series.replace(/_(bucket|sum|count)$/, '');
}

/** Labels that the scrape or the histogram adds. */
const FOREIGN_LABELS = ['namespace', 'le'];

/** Every query of the dashboard, its variables' too. */
function dashboardQueries(): readonly string[] {
  const { panels, templating } = JSON.parse(dashboard ?? '') as {
    readonly panels: readonly { readonly targets: readonly { readonly expr: string }[] }[];
    readonly templating: { readonly list: readonly { readonly definition?: string }[] };
  };
  return [
    ...panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
    ...templating.list.flatMap(({ definition }) => definition ?? []),
  ];
}

interface Rule {
  readonly alert: string;
  readonly expr: string;
}

function ruleList(): readonly Rule[] {
  const { groups } = parse(rules ?? '') as { readonly groups: readonly { readonly rules: readonly Rule[] }[] };
  return groups.flatMap((group) => group.rules);
}

/** What is wrong with a query: names of series, labels and values that the program does not have. */
function unknownIn(query: string): readonly string[] {
  const series = [...query.matchAll(/drain_wait_\w+/g)].map(([name]) => name);
  const used = series.flatMap((name) => families.get(name) ?? families.get(baseName(name)) ?? []);
  const known = new Set([...FOREIGN_LABELS, ...used.flatMap(({ labels }) => [...labels])]);
  const values = new Set(used.flatMap((family) => [...family.values]));
  const matchers = [...query.matchAll(/(\w+)=~?"([^"]*)"/g)];
  const grouped = [...query.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(', '));
  return [
    ...series.filter((name) => !families.has(name) && families.get(baseName(name))?.type !== 'histogram'),
    ...[...grouped, ...matchers.map(([, label = '']) => label)].filter((label) => !known.has(label)),
    ...matchers.flatMap(([, , value = '']) => (value.startsWith('$') || values.has(value) ? [] : value)),
  ];
}

describe('the metrics of Prometheus', () => {
  test('are in the table, all of them, with their types and labels', () => {
    const rows = table(page, 'metric', 'type', 'labels').map(([name, type, labels]) => [
      names(name)[0],
      type,
      [...names(labels)].sort(),
    ]);
    const real = [...families].map(([name, { type, labels }]) => [name, type, [...labels].sort()]);
    expect([...rows].sort()).toEqual([...real].sort());
  });

  test('are all on the dashboard, which names no other', () => {
    const queries = dashboardQueries();
    for (const query of queries) expect(unknownIn(query), query).toEqual([]);
    const shown = queries.flatMap((query) => [...query.matchAll(/drain_wait_\w+/g)].map(([name]) => name));
    expect(
      [...families.keys()].filter((name) => !shown.some((each) => each === name || baseName(each) === name)),
    ).toEqual([]);
  });

  test('are those of the three alerts, which do not mix in what was only observed', () => {
    expect(ruleList().map(({ alert }) => alert)).toEqual([
      'DrainWaitDeadlineReleases',
      'DrainWaitFallbackReleases',
      'DrainWaitLagTooLong',
    ]);
    for (const { expr } of ruleList()) {
      expect(unknownIn(expr), expr).toEqual([]);
      expect(expr).toContain('mode="hold"');
    }
  });

  test('are looked for by a test that finds what is wrong', () => {
    const wrong = 'sum by (why) (increase(drain_wait_held_total{mode="hold", reason="timeout"}[5m]))';
    expect(unknownIn(wrong)).toEqual(['drain_wait_held_total', 'why', 'mode', 'reason', 'hold', 'timeout']);
    expect(unknownIn('drain_wait_holds_total_bucket{mode="hold"}')).toEqual(['drain_wait_holds_total_bucket']);
  });
});

interface Alarm {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions: readonly { readonly Name: string; readonly Value: string }[];
}

function alarmList(): readonly Alarm[] {
  const tags = ['!Ref', '!If', '!Not', '!Equals'].flatMap((tag) => [
    { tag, resolve: (text: string) => `$${text}` },
    { tag, collection: 'seq' as const, resolve: (list: unknown) => list },
  ]);
  const { Resources } = parse(alarms ?? '', { customTags: tags }) as {
    readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties: Alarm }>>;
  };
  expect(new Set(Object.values(Resources).map(({ Type }) => Type))).toEqual(new Set(['AWS::CloudWatch::Alarm']));
  return Object.values(Resources).map(({ Properties }) => Properties);
}

/** The metrics that CloudWatch makes of the line: name → unit and dimensions. */
const emfMetrics = new Map<string, readonly [unit: string, dimensions: readonly string[]]>(
  EMF_DIRECTIVES.flatMap(({ dimensions, metrics }) =>
    Object.entries(metrics).map(([name, unit]) => [name, [unit, dimensions]] as const),
  ),
);

describe('the metrics of CloudWatch', () => {
  test('are in the table, all of them, with their units and dimensions', () => {
    const rows = table(page, 'metric', 'unit', 'dimensions').map(([name, unit, dimensions]) => [
      names(name)[0],
      [unit, names(dimensions)],
    ]);
    expect(rows).toEqual([...emfMetrics]);
    for (const namespace of Object.values(EMF_NAMESPACES)) expect(page).toContain(`\`${namespace}\``);
  });

  test('are those of the three alarms, each with exactly its dimensions', () => {
    const list = alarmList();
    expect(list).toHaveLength(3);
    for (const { Namespace, MetricName, Dimensions } of list) {
      expect(Namespace).toBe(EMF_NAMESPACES.hold);
      expect(
        Dimensions.map(({ Name }) => Name),
        MetricName,
      ).toEqual(emfMetrics.get(MetricName)?.[1]);
    }
    const reasons = list.flatMap(({ Dimensions }) => Dimensions.filter(({ Name }) => Name === 'Reason'));
    expect(reasons.map(({ Value }) => Value)).toEqual(['deadline', 'fallback']);
    for (const { Value } of reasons) expect(Object.keys(REASONS)).toContain(Value);
  });
});
