import { readFile } from 'node:fs/promises';
import type { V1Role } from '@kubernetes/client-node';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { webDeployment } from '../../real/workload/web.ts';
import { checkedPod, deletePod } from './support/leave.ts';
import { describeReal } from './support/suite.ts';

const FALLBACK_HOLD_MS = 35_000;
const role: V1Role = parse(await readFile('manifests/base/role.yaml', 'utf8'));
const rules = role.rules ?? [];

interface Status {
  readonly check: { readonly podRead: boolean; readonly problems: readonly { readonly message: string }[] };
}

async function statusOf({ status: { podIP } }: { readonly status: { readonly podIP?: string } }): Promise<Status> {
  const response = await fetch(`http://${podIP}:9787/status`);
  return (await response.json()) as Status;
}

describeReal('with nothing but the shipped Role', (world) => {
  describe.concurrent('and the token that the kubelet mounts', () => {
    test('every read works, also where the pod asks for no token', async () => {
      const shop = await world().namespace('role');
      const group = await shop.addTargetGroup();
      await shop.applyProtected(webDeployment({ spec: { automountServiceAccountToken: false } }));
      const pod = await checkedPod(world(), shop);
      await shop.ready(group, 1);
      expect(await statusOf(pod)).toMatchObject({ check: { podRead: true, problems: [] } });
      await deletePod(shop, pod);
      const { hold, warnings } = await shop.fate(pod);
      expect(hold).toMatchObject({ reason: 'drained' });
      expect(warnings).toEqual([]);
    });

    const named = rules.map((rule, index) => ({ index, rule: `${rule.verbs} ${rule.resources}.${rule.apiGroups}` }));
    test.each(named)('less "$rule" it names the rule, and holds all the same', async ({ index }) => {
      const [{ verbs = [], resources = [], apiGroups = [] } = {}] = rules.slice(index);
      const shop = await world().namespace('less');
      await shop.apply([{ ...role, rules: rules.filter((_, other) => other !== index) }]);
      const group = await shop.addTargetGroup();
      await shop.applyProtected(webDeployment(), { gracePeriodSeconds: 80 });
      const pod = await checkedPod(world(), shop);
      await shop.ready(group, 1);
      const missing = [verbs[0], [resources[0], apiGroups[0]].filter((part) => part !== '').join('.')].join(' ');
      const { check } = await statusOf(pod);
      expect(check.problems.map(({ message }) => message)).toEqual([expect.stringContaining(missing)]);
      await deletePod(shop, pod);
      const { hold, warnings, routedUntilMs = Number.NaN, sigtermAtMs, killed } = await shop.fate(pod);
      expect(warnings).toContain('start-up check');
      expect(['drained', 'fallback']).toContain(hold?.reason);
      // Where it does not see its targets it holds by the clock, which takes longer than any of these needs.
      if (hold?.reason === 'fallback') expect(hold.heldMs).toBeGreaterThanOrEqual(FALLBACK_HOLD_MS);
      expect(sigtermAtMs.get('app')).toBeGreaterThan(routedUntilMs);
      expect(killed).toEqual([]);
    });
  });
});
