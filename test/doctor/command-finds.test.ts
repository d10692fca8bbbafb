import { describe, expect, test } from 'vitest';
import { IDENTITY_AND_PERMISSIONS } from './command-planted/identity-and-permissions.ts';
import type { Planted } from './command-planted/planted.ts';
import { SIDECAR_AND_HOOKS } from './command-planted/sidecar-and-hooks.ts';
import { TARGETS } from './command-planted/targets.ts';
import { TIME_AND_LIFE_CYCLE } from './command-planted/time-and-life-cycle.ts';
import { type Run, type Shop, startShop } from './command-world.ts';

const PLANTED = { ...IDENTITY_AND_PERMISSIONS, ...SIDECAR_AND_HOOKS, ...TARGETS, ...TIME_AND_LIFE_CYCLE };

async function look(shop: Shop, { from = 'outside', env = {} }: Planted): Promise<Run> {
  const given = typeof env === 'function' ? env(shop) : env;
  if (from === 'inside') return await shop.inside(['--json'], given);
  const args = from === 'namespace' ? ['-n', 'default'] : [`pod/${shop.pods[0]?.metadata.name}`];
  return await shop.outside([...args, '--json'], given);
}

describe('drain-wait doctor finds', () => {
  test.each(Object.entries(PLANTED))('%s', async (_, planted) => {
    const shop = await startShop(planted.options);
    await planted.plant?.(shop);
    const run = await look(shop, planted);
    const { check, level, message = /./, fix, also = [] } = planted;
    expect(run.stderr).toBe('');
    const found = run.subjects
      .flatMap(({ findings }) => findings)
      .find((each) => each.check === check && each.level === level);
    expect(found, JSON.stringify(run.subjects, undefined, 1)).toBeDefined();
    expect(found?.message).toMatch(message);
    if (fix !== undefined) expect(found?.fix).toMatch(fix);
    const others = run.bad.filter((each) => !also.some((id) => each.includes(` ${id}: `)));
    expect(others.filter((each) => !each.startsWith(`${level} ${check}: `))).toEqual([]);
    expect(run.code).toBe(run.bad.some((each) => each.startsWith('problem ')) ? 1 : 0);
  });
});
