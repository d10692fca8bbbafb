import { mayAskLoadBalancers, nextQuery, type Query } from './decide.ts';
import { countFleet, discoverTargets } from './discover.ts';
import { ApiError, toApiError } from './errors.ts';
import type { GroupAnswer, GroupState } from './group.ts';
import { lastRead } from './observation.ts';
import { discoveryStepMs, jitter, LONGEST_ORDINARY_STEP_MS, nextStepMs } from './pace.ts';
import type { Binding } from './ports.ts';
import { groupName } from './target.ts';
import { callWithin } from './timeout.ts';
import { type Turn, untilFirstTurn, untilNextTurn } from './turn.ts';
import type { Watch } from './watch.ts';

/** A count that takes longer does not delay the look that it is for, least of all the one a second before the end. */
const COUNT_TIMEOUT_MS = 500;

/**
 * Finds the pod's targets, again as long as something stayed unread or has not told that the pod is being deleted, and watches each of
 * their target groups.
 */
export async function watchTargets(watch: Watch): Promise<void> {
  const { request, ports, signal, state, see } = watch;
  const watched = new Set<string>();
  let bindings: readonly Binding[] = [];
  function watchGroups(): void {
    for (const { key } of state().groups) {
      if (watched.has(key)) continue;
      watched.add(key);
      void watchGroup(key, watch, countAgain).finally(() => watched.delete(key));
    }
  }

  /** Where it cannot be told, or not soon, the last count is good enough: the discovery has said why. */
  async function countAgain(): Promise<void> {
    const counting = callWithin(COUNT_TIMEOUT_MS, ports.clock, signal, 'count terminating targets', (countSignal) =>
      countFleet(request.pod.namespace, bindings, ports.cluster, countSignal),
    );
    const terminatingTargets = await counting.catch(() => undefined);
    if (terminatingTargets !== undefined) see({ kind: 'fleet-counted', terminatingTargets });
  }

  // What was known before the hold does not wait for a discovery that may take long.
  watchGroups();
  let told: string | undefined;
  let toldWhy = false;
  for (let stepMs: number | undefined; !signal.aborted; ) {
    const pod = lastRead(state().pod) ?? request.known.pod;
    const discovery = await discoverTargets(request.pod, pod, request.policy.targetGroups, ports.cluster, signal);
    if (signal.aborted) return;
    const news = JSON.stringify([discovery.groups, discovery.problems.map(({ message }) => message)]);
    if (news !== told) {
      ports.journal({ kind: 'discovered', discovery, known: state().groups.length });
      if (discovery.undrainable.length > 0) ports.journal({ kind: 'undrainable', services: discovery.undrainable });
    }
    told = news;
    bindings = discovery.bindings;
    see({ kind: 'targets-found', ...discovery });
    watchGroups();
    const mayAsk = mayAskLoadBalancers(state());
    if (!mayAsk && !toldWhy) ports.journal({ kind: 'deletion-unseen', endpoint: state().endpoint });
    toldWhy = true;
    if (discovery.complete && mayAsk) return;
    stepMs = discoveryStepMs(stepMs);
    await ports.clock.sleep(jitter(stepMs, ports.random()), signal);
  }
}

/** The one loop for a target group: a call, a step, a call, until nothing more has to be known of its targets. */
async function watchGroup(key: string, watch: Watch, countAgain: () => Promise<void>): Promise<void> {
  const { ports, signal, see } = watch;
  // One for the whole loop: pods that left together drift further apart with every step.
  const draw = ports.random();
  const turn: Turn = { draw, countAgain, watch };
  await watch.mayAsk;
  let reported: string | undefined;
  let stepMs: number | undefined;
  if (wasSeen(key, watch)) {
    // By the hold that this one goes on from: callers that come one after the other must not each cost a quick look.
    stepMs = LONGEST_ORDINARY_STEP_MS;
    await untilNextTurn(stepMs, false, turn);
  } else await untilFirstTurn(turn);
  for (let open = openQuestion(key, watch); open !== undefined && !signal.aborted; open = openQuestion(key, watch)) {
    const askedAtMs = ports.clock.now();
    const answer = await ask(open.query, open.group, watch);
    if (signal.aborted) return;
    const failure = answer.kind === 'call-failed' ? answer.error : undefined;
    if (failure !== undefined && failure.kind !== reported) {
      ports.journal({ kind: 'call-failed', targetGroup: groupName(open.group.ref), error: failure });
    }
    reported = failure?.kind;
    see({ ...answer, tookMs: ports.clock.now() - askedAtMs });
    if (openQuestion(key, watch) === undefined) return;
    const throttled = failure?.kind === 'throttled';
    stepMs = nextStepMs(stepMs, throttled);
    await untilNextTurn(stepMs, throttled, turn);
  }
}

function wasSeen(key: string, { state }: Watch): boolean {
  const group = state().groups.find((known) => known.key === key);
  return group?.targets.every(({ seenAtMs }) => seenAtMs !== undefined) ?? false;
}

/** The group as it is seen now, with what to ask about it; undefined when nothing more has to be known. */
function openQuestion(key: string, { state, request }: Watch) {
  const group = state().groups.find((known) => known.key === key);
  const query = group === undefined ? undefined : nextQuery(group, request.policy);
  return group === undefined || query === undefined ? undefined : { group, query };
}

/** One call to ELBv2, and what it tells. */
async function ask(query: Query, group: GroupState, { ports, signal }: Watch): Promise<GroupAnswer> {
  const { key, ref } = group;
  const describing = query.kind === 'describe-group';
  try {
    if (query.kind === 'describe-group') {
      return { kind: 'group-described', key, group: await ports.loadBalancers.describeTargetGroup(ref, signal) };
    }
    const { arn } = ref;
    if (arn === undefined) throw new ApiError('not-found', 'DescribeTargetHealth', `${ref.name} has no known ARN`);
    const addresses = query.kind === 'all-targets' ? 'all' : query.addresses;
    const answer = await ports.loadBalancers.describeTargetHealth({ ...ref, arn }, addresses, signal);
    switch (answer.kind) {
      case 'targets':
        return { kind: 'health', key, asked: addresses, targets: answer.targets };
      case 'invalid-target':
        return { kind: 'invalid-target', key, asked: addresses };
      case 'no-such-group':
        return { kind: 'group-missing', key };
      default:
        return answer satisfies never;
    }
  } catch (error) {
    const failure = toApiError(error, describing ? 'DescribeTargetGroups' : 'DescribeTargetHealth');
    // A name that never led to a group proves nothing; an ARN that no longer does means that the group is gone.
    if (describing && failure.kind === 'not-found' && ref.arn !== undefined) return { kind: 'group-missing', key };
    return { kind: 'call-failed', key, error: failure, describing };
  }
}
