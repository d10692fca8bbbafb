import type { GroupTargets } from '../../core/target.ts';
import type { IdentityFacts, TargetGroupFacts } from '../facts.ts';
import { explainAws, learn } from './learn.ts';
import type { Account } from './ports.ts';
import { createTargetGroupReader } from './target-groups.ts';
import type { View } from './view.ts';

type Region = string | undefined;

/** What AWS says, to one question after the other; none is asked twice. */
export interface AccountReader {
  identify(region: Region): Promise<IdentityFacts['caller']>;
  readTargetGroups(region: Region, groups: readonly GroupTargets[]): Promise<readonly TargetGroupFacts[]>;
}

export function createAccountReader(view: View): AccountReader {
  const accounts = new Map<Region, Account>();
  const readTargetGroups = createTargetGroupReader(view);
  let caller: IdentityFacts['caller'] | undefined;

  function accountOf(region: Region): Account {
    const account = accounts.get(region) ?? view.ports.account(region);
    accounts.set(region, account);
    return account;
  }

  return {
    async identify(region) {
      caller ??= await learn(accountOf(region).identify(view.signal), explainAws(view.from));
      return caller;
    },
    readTargetGroups: (region, groups) => readTargetGroups(accountOf(region), region, groups),
  };
}
