import { readFile } from 'node:fs/promises';
import type { V1PolicyRule, V1Role } from '@kubernetes/client-node';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { POD_GATEWAY } from '../../real/node/place.ts';
import { webDeployment } from '../../real/workload/web.ts';
import { DELETION_UNSEEN } from '../../src/core/journal.ts';
import { SIDECAR_NAME } from '../../src/workload/sidecar.ts';
import { eventually } from '../support/eventually.ts';
import { protectedPod, safeMs, startScene } from './support/protected-pod.ts';
import { describeReal } from './support/suite.ts';

const FALLBACK_HOLD_MS = 35_000;
const role: V1Role = parse(await readFile('manifests/base/role.yaml', 'utf8'));
const rules = role.rules ?? [];
const EVENTS = 'create events.events.k8s.io';

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
      const workload = webDeployment({ spec: { automountServiceAccountToken: false } });
      const scene = await startScene(world(), 'role', { workload });
      expect(await statusOf(scene.pod)).toMatchObject({ check: { podRead: true, problems: [] } });
      await scene.delete();
      expect(await scene.fate()).toMatchObject({ hold: { reason: 'drained' }, warnings: [] });
    });

    const named = rules.map((rule, index) => ({ index, rule: nameOf(rule) })).filter(({ rule }) => rule !== EVENTS);
    test.each(named)('less "$rule" it names the rule, and holds all the same', async ({ index, rule }) => {
      const rest = { ...role, rules: rules.filter((_, other) => other !== index) };
      const scene = await startScene(world(), 'less', { role: rest, gracePeriodSeconds: 80 });
      // A check that came before a slice listed the pod had no Service to read; the next one has.
      await eventually(async () => {
        const { check } = await statusOf(scene.pod);
        expect(check.problems.map(({ message }) => message)).toEqual([expect.stringContaining(rule)]);
        const told = world().aws.diary.lines(scene.pod.metadata.uid, SIDECAR_NAME);
        const checks = told.map(({ fields }) => fields).filter(({ msg }) => msg === 'start-up check');
        expect(checks.at(-1)).toMatchObject({ level: 'warn', problems: check.problems });
      });
      await scene.delete();
      const fate = await scene.fate();
      expect(['drained', 'fallback']).toContain(fate.hold?.reason);
      // Where it does not see its targets it holds by the clock, which takes longer than any of these needs.
      if (fate.hold?.reason === 'fallback') expect(fate.hold.heldMs).toBeGreaterThanOrEqual(FALLBACK_HOLD_MS);
      expect(safeMs(fate)).toBeGreaterThan(0);
      expect(fate.killed).toEqual([]);
    });

    test(`less "${EVENTS}" it says so once, and the hold is as ever`, async () => {
      const rest = { ...role, rules: rules.filter((rule) => nameOf(rule) !== EVENTS) };
      expect(rest.rules).toHaveLength(rules.length - 1);
      const scene = await startScene(world(), 'silent', { role: rest });
      expect(await statusOf(scene.pod)).toMatchObject({ check: { podRead: true, problems: [] } });
      await scene.delete();
      const { fields } = await scene.logged('Kubernetes Event could not be written');
      expect(JSON.stringify(fields)).toContain(EVENTS);
      const { hold, warnings } = await scene.fate();
      expect(hold).toMatchObject({ reason: 'drained' });
      expect(warnings).toEqual(['Kubernetes Event could not be written']);
    });
  });
});

describeReal('with no right at all, and target groups that a setting names,', (world, cluster) => {
  describe.concurrent('a pod', () => {
    async function end(name: string, nodeIps: readonly object[]) {
      const shop = await world().namespace(name);
      await shop.apply([{ ...role, rules: [] }]);
      const group = await shop.addTargetGroup();
      const env = [{ name: 'DRAIN_WAIT_TARGET_GROUPS', value: group.arn }, ...nodeIps];
      await shop.applyProtected(webDeployment(), { env, gracePeriodSeconds: 80 });
      const scene = await protectedPod(world(), shop);
      await shop.ready(group, 1);
      await scene.delete();
      const fate = await scene.fate();
      expect(safeMs(fate)).toBeGreaterThan(0);
      return { fate, messages: scene.messages() };
    }

    test('is let go by its load balancer', async () => {
      const { fate, messages } = await end('no-right', []);
      expect(fate.hold).toMatchObject({ reason: 'drained' });
      expect(messages).not.toContain(DELETION_UNSEEN);
    });

    test.skipIf(cluster.kind !== 'cluster' || !cluster.ownNode)(
      'is so, too, where it knows from where the kubelet calls',
      async () => {
        const { fate } = await end('no-right-near', [{ name: 'DRAIN_WAIT_NODE_IPS', value: POD_GATEWAY }]);
        expect(fate.hold).toMatchObject({ reason: 'drained' });
      },
    );

    test('goes by the clock where the kubelet calls from elsewhere, and says so', async () => {
      const { fate, messages } = await end('no-right-far', [{ name: 'DRAIN_WAIT_NODE_IPS', value: '192.0.2.1' }]);
      expect(fate.hold).toMatchObject({ reason: 'fallback' });
      expect(fate.hold?.heldMs).toBeGreaterThanOrEqual(FALLBACK_HOLD_MS);
      expect(messages).toContain(DELETION_UNSEEN);
    });
  });
});

/** As the sidecar and `kubectl auth can-i` call it: `list endpointslices.discovery.k8s.io`. */
function nameOf({ verbs, resources = [], apiGroups = [] }: V1PolicyRule): string {
  const [resource = '', group = ''] = [resources[0], apiGroups[0]];
  return `${verbs[0]} ${group === '' ? resource : `${resource}.${group}`}`;
}
