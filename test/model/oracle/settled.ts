import type { Held } from '../oracle.ts';
import type { Story } from '../play.ts';
import type { GroupName, Schedule, TargetTruth } from '../schedule.ts';

const SETTLE_MS: Readonly<Record<GroupName, number>> = { alb: 20_000, nlb: 120_000 };

/** What the looks of a hold have made known of a target. `doubted`: not there on the first look, which may have been at a wrong port. */
type Known = 'nothing' | 'doubted' | 'registered' | 'draining' | 'absent' | 'unused';

/** When the target has been let go, by what the looks of this hold could see; Infinity where it has not. */
export function settledAt(
  group: GroupName,
  held: Held,
  { elsewhere, wasReady }: Schedule,
  { looks, truth, policy }: Pick<Story, 'looks' | 'truth' | 'policy'>,
): number {
  let known: Known = 'nothing';
  let leftAtMs = Number.NaN;
  let atRightPort = !elsewhere;
  for (const { atMs, filtered } of looks.filter((look) => look.group === group)) {
    // The start of a hold is rounded.
    if (atMs < held.watchedFromMs - 1 || atMs > held.atMs) continue;
    const real = truth.target(group, atMs);
    const open: boolean = known === 'nothing' || known === 'doubted';
    if (open && !filtered && isListed(real)) atRightPort = true;
    const seen = atRightPort || real === 'no-such-group' ? meaningOf(real) : 'absent';
    if (seen === 'registered') leftAtMs = Number.NaN;
    else if (Number.isNaN(leftAtMs)) leftAtMs = atMs;
    known = open && seen === 'absent' && filtered && real !== 'no-such-group' ? 'doubted' : seen;
  }
  switch (known) {
    case 'draining':
      return policy.until === 'gone' ? Number.POSITIVE_INFINITY : leftAtMs + SETTLE_MS[group];
    case 'absent':
      return policy.until === 'gone' || !wasReady ? leftAtMs : leftAtMs + SETTLE_MS[group];
    case 'unused':
      return leftAtMs;
    default:
      return Number.POSITIVE_INFINITY;
  }
}

function isListed(truth: TargetTruth): boolean {
  return truth !== 'unregistered' && truth !== 'invalid-target' && truth !== 'no-such-group';
}

function meaningOf(truth: TargetTruth): Known {
  if (!isListed(truth)) return 'absent';
  if (truth === 'draining') return 'draining';
  return truth === 'not-in-use' ? 'unused' : 'registered';
}
