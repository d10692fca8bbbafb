import type { ApiError } from '../../core/errors.ts';
import { type GroupTargets, groupKey, type TargetGroupRef } from '../../core/target.ts';
import type { Learned, TargetGroupFacts } from '../facts.ts';
import { explainAws, isSilent, learn, unasked } from './learn.ts';
import type { Account } from './ports.ts';
import type { View } from './view.ts';

/** Between two calls: a namespace may have many target groups, and the controller shares the budget of calls. */
const PAUSE_MS = 250;
/** Before a call that was throttled is made once more. */
const THROTTLED_PAUSE_MS = 3_000;

/** What AWS says of a target group, whichever pod asks. */
type AwsFacts = Omit<TargetGroupFacts, 'addresses'>;

/** Asks about each target group once, however many pods are in it. `region` is for those that are given by name. */
export type ReadTargetGroups = (
  account: Account,
  region: string | undefined,
  groups: readonly GroupTargets[],
) => Promise<readonly TargetGroupFacts[]>;

export function createTargetGroupReader(view: View): ReadTargetGroups {
  const known = new Map<string, AwsFacts>();

  async function read(account: Account, region: string | undefined, group: TargetGroupRef): Promise<AwsFacts> {
    view.ports.progress(`target group ${group.name ?? group.arn}`);
    if (group.arn !== undefined || region !== undefined) return await readGroup(view, account, group);
    const why = unasked('its Region is not known; set AWS_REGION');
    return { group, description: why, deregistrationDelayMs: why, health: why };
  }

  return async (account, region, groups) => {
    const found: TargetGroupFacts[] = [];
    for (const { group, addresses } of groups) {
      const facts = known.get(groupKey(group)) ?? (await read(account, region, group));
      known.set(groupKey(group), facts);
      found.push({ ...facts, group, addresses });
    }
    return found;
  };
}

async function readGroup(view: View, account: Account, group: TargetGroupRef): Promise<AwsFacts> {
  const { signal } = view;
  const description = await ask(view, () => account.describeTargetGroup(group, signal));
  const arn = group.arn ?? (description.kind === 'known' ? description.value.arn : undefined);
  // Without its ARN nothing can be asked of it, and who did not answer once would be waited for twice more.
  if (description.kind === 'unknown' && (arn === undefined || isSilent(description))) {
    return { group, description, deregistrationDelayMs: description, health: description };
  }
  const described = { ...group, arn: arn ?? '' };
  const health = await ask(view, () => account.describeTargetHealth(described, 'all', signal));
  const deregistrationDelayMs = await ask(view, () => account.deregistrationDelayMs(described, signal));
  return { group, description, deregistrationDelayMs, health };
}

async function ask<T>({ from, ports, signal }: View, call: () => Promise<T>): Promise<Learned<T>> {
  await ports.clock.sleep(PAUSE_MS, signal);
  const again = async (error: ApiError) => {
    if (error.kind !== 'throttled') throw error;
    await ports.clock.sleep(THROTTLED_PAUSE_MS, signal);
    return await call();
  };
  return await learn(call().catch(again), explainAws(from));
}
