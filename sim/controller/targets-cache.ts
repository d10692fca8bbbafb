import type { Clock } from '../../src/core/ports.ts';
import type { Elbv2Caller } from '../aws/elbv2-caller.ts';
import type { Target } from '../aws/targets.ts';

/** How long what was listed once counts (aws-load-balancer-controller: pkg/targetgroupbinding/targets_manager.go). */
const TTL_MS = 5 * 60_000;

type Health = 'healthy' | 'draining' | 'other';

interface Item {
  readonly listedAtMs: number;
  readonly targets: Map<string, { readonly target: Target; readonly health: Health }>;
}

/** What the controller believes of the targets of all target groups. */
export interface TargetsCache {
  /** Those that are registered and not draining, as far as AWS tells when it is asked for all that are not known to be healthy. */
  list(arn: string): Promise<readonly Target[]>;
  registered(arn: string, targets: readonly Target[]): void;
  deregistered(arn: string, targets: readonly Target[]): void;
}

/**
 * As in the real controller, one lock for all target groups is held while DescribeTargetHealth is called: as long as that is
 * throttled nobody else is deregistered either.
 */
export function createTargetsCache({
  clock,
  elbv2,
}: {
  readonly clock: Clock;
  readonly elbv2: Elbv2Caller;
}): TargetsCache {
  const items = new Map<string, Item>();
  let lock: Promise<unknown> = Promise.resolve();

  function locked<T>(act: () => Promise<T>): Promise<T> {
    const turn = lock.then(act);
    lock = turn.catch(() => {});
    return turn;
  }

  async function refresh(arn: string): Promise<Item> {
    const known = items.get(arn);
    if (known === undefined || clock.now() - known.listedAtMs >= TTL_MS) {
      const item: Item = { listedAtMs: clock.now(), targets: new Map() };
      learn(item, await elbv2.describeTargetHealth(arn));
      items.set(arn, item);
      return item;
    }
    const doubtful = [...known.targets.values()].filter(({ health }) => health !== 'healthy');
    if (doubtful.length > 0) {
      const asked = doubtful.map(({ target }) => target);
      learn(known, await elbv2.describeTargetHealth(arn, asked));
    }
    return known;
  }

  function note(arn: string, targets: readonly Target[], health: Health): void {
    const item = items.get(arn);
    for (const target of targets) item?.targets.set(keyOf(target), { target, health });
  }

  return {
    list: (arn) =>
      locked(async () => {
        const { targets } = await refresh(arn);
        return [...targets.values()].filter(({ health }) => health !== 'draining').map(({ target }) => target);
      }),
    registered: (arn, targets) => note(arn, targets, 'other'),
    deregistered: (arn, targets) => note(arn, targets, 'draining'),
  };
}

function learn({ targets }: Item, found: Awaited<ReturnType<Elbv2Caller['describeTargetHealth']>>): void {
  for (const { target, health } of found) {
    if (health.reason === 'Target.NotRegistered') targets.delete(keyOf(target));
    else targets.set(keyOf(target), { target, health: healthOf(health.state) });
  }
}

function healthOf(state: string): Health {
  return state === 'healthy' || state === 'draining' ? state : 'other';
}

function keyOf({ id, port }: Target): string {
  return `${id} ${port}`;
}
