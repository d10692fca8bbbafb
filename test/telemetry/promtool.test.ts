import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findOnPath } from '../../scripts/on-path.ts';
import { runTool } from '../../scripts/tool.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { ALB_ARN } from '../support/world.ts';

const PROMTOOL = await findOnPath('promtool');
if (PROMTOOL === undefined)
  console.error('\nSKIPPED: there is no promtool. Install prometheus (its name in Debian).\n');

function promtool(args: readonly string[], input = ''): Promise<string> {
  return runTool(PROMTOOL ?? '', args, { signal: new AbortController().signal, input });
}

interface Dashboard {
  readonly panels: readonly { readonly targets?: readonly { readonly expr: string }[] }[];
}

describe.skipIf(PROMTOOL === undefined)('promtool', () => {
  test('accepts the page of metrics', async () => {
    const metrics = createMetrics({ version: '1.2.3', observe: false, holding: () => [] });
    metrics.checked(0, [ALB_ARN]);
    expect(await promtool(['check', 'metrics'], await metrics.text())).toBe('');
  });

  test('sees the rules fire when they should, and only then', async () => {
    expect(await promtool(['test', 'rules', 'test/telemetry/prometheus-rules-test.yaml'])).toContain('SUCCESS');
  });

  test('accepts every expression of the dashboard', async () => {
    const { panels }: Dashboard = JSON.parse(await readFile('docs/observability/grafana-dashboard.json', 'utf8'));
    const exprs = panels.flatMap(({ targets = [] }) =>
      targets.map(({ expr }) => expr.replaceAll(/\[\$\w+\]/g, '[5m]')),
    );
    const rules = exprs.map((expr, index) => ({ record: `panel:${index}`, expr }));
    const folder = await mkdtemp(join(tmpdir(), 'dashboard-'));
    try {
      await writeFile(join(folder, 'rules.yaml'), JSON.stringify({ groups: [{ name: 'dashboard', rules }] }));
      const said = await promtool(['check', 'rules', join(folder, 'rules.yaml')]);
      expect(said).toContain(`${exprs.length} rules found`);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
