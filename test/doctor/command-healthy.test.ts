import { describe, expect, test } from 'vitest';
import type { ShopOptions } from './command-workload.ts';
import { startShop } from './command-world.ts';

const FOREIGN_ROLE = 'arn:aws:iam::210987654321:role/targets';

const HEALTHY: Readonly<Record<string, ShopOptions>> = {
  'a native sidecar behind an ALB': {},
  'a native sidecar behind an NLB': { loadBalancer: 'nlb' },
  'a classic sidecar behind an ALB': { sidecar: 'classic' },
  'a classic sidecar behind an NLB': { sidecar: 'classic', loadBalancer: 'nlb' },
  'EKS Auto Mode': { bound: { apiVersion: 'eks.amazonaws.com/v1' } },
};

/** What somebody else is allowed only is no mistake. */
const ALLOWED = ['ok', 'note', 'unknown'];

describe('drain-wait doctor has nothing against', () => {
  test.each(Object.entries(HEALTHY))('%s, inside and outside', async (_, options) => {
    const shop = await startShop(options);
    const inside = await shop.inside(['--json', '--fail-on', 'warning']);
    const outside = await shop.outside(['deployment/web', '--json', '--fail-on', 'warning']);
    for (const { code, bad, subjects, stderr } of [inside, outside]) {
      expect(bad).toEqual([]);
      expect(stderr).toBe('');
      expect(code).toBe(0);
      expect(subjects).toHaveLength(1);
      expect(subjects[0]?.findings.filter(({ level }) => !ALLOWED.includes(level))).toEqual([]);
      // Nothing that could be looked at was left out.
      for (const check of [
        'credentials',
        'kubernetes-permission',
        'hooks',
        'targets',
        'target-health',
        'grace-short',
      ]) {
        expect(
          subjects[0]?.findings.some((each) => each.check === check && each.level === 'ok'),
          check,
        ).toBe(true);
      }
    }
  });

  test('a target group of another account, with a role there', async () => {
    const shop = await startShop({
      roles: [{ arn: FOREIGN_ROLE, externalId: 'shop' }],
      bound: {
        group: { account: '210987654321' },
        binding: { iamRoleArnToAssume: FOREIGN_ROLE, assumeRoleExternalId: 'shop' },
      },
    });
    const { bad, code, finding } = await shop.inside(['--json', '--fail-on', 'warning']);
    expect(bad).toEqual([]);
    expect(finding('assume-role')?.level).toBe('ok');
    expect(code).toBe(0);
  });

  test('a cluster with one kind of TargetGroupBindings', async () => {
    const shop = await startShop();
    shop.cluster.kubernetes.setGroups(['elbv2.k8s.aws']);
    const { bad, code } = await shop.inside(['--json', '--fail-on', 'warning']);
    expect(bad).toEqual([]);
    expect(code).toBe(0);
  });
});

test('a person reads who, what it may do, hooks, targets, load balancer and time, in this order, and what is wrong at the end', async () => {
  const shop = await startShop({ graceSeconds: 40 });
  const { code, stdout } = await shop.outside(['deployment/web']);
  const titles = ['Who the sidecar is', 'What it may do', 'The hooks', 'Its targets', 'The load balancer', 'The time'];
  const places = titles.map((title) => stdout.indexOf(title));
  expect(places.every((place, index) => place > (places[index - 1] ?? 0))).toBe(true);
  expect(stdout).toMatch(/1 pod looked at: 1 warning, .* First: the grace period is 40 s/);
  expect(code).toBe(0);
  expect((await shop.outside(['deployment/web', '--fail-on', 'warning'])).code).toBe(1);
});
