import { decide, nextQuery, type Query } from './decide.ts';
import { discoverTargets } from './discover.ts';
import { ApiError, toApiError } from './errors.ts';
import type { GroupState } from './group.ts';
import { lastRead, type Observation } from './observation.ts';
import { beforeTheEnd, discoveryStepMs, type Fleet, firstLookMs, jitter, nextStepMs } from './pace.ts';
import { groupName } from './target.ts';
import type { Watch } from './watch.ts';

/** Finds the pod's targets, again as long as something stayed unread, and watches each of their target groups. */
export async function watchTargets(watch: Watch): Promise<void> {
  const { request, ports, signal, state, see } = watch;
  const watched = new Set<string>();
  function watchGroups(): void {
    for (const { key } of state().groups) {
      if (watched.has(key)) continue;
      watched.add(key);
      void watchGroup(key, watch).finally(() => watched.delete(key));
    }
  }

  // What was known before the hold does not wait for a discovery that may take long.
  watchGroups();
  let told: string | undefined;
  for (let stepMs: number | undefined; !signal.aborted; ) {
    const pod = lastRead(state().pod) ?? request.known.pod;
    const discovery = await discoverTargets(request.pod, pod, request.policy.targetGroups, ports.cluster, signal);
    if (signal.aborted) return;
    const news = JSON.stringify([discovery.groups, discovery.problems.map(({ message }) => message)]);
    if (news !== told) ports.journal({ kind: 'discovered', discovery, known: state().groups.length });
    told = news;
    see({ kind: 'targets-found', groups: discovery.groups, complete: discovery.complete });
    watchGroups();
    if (discovery.complete) return;
    stepMs = discoveryStepMs(stepMs);
    await ports.clock.sleep(jitter(stepMs, ports.random), signal);
  }
}

/** The one loop for a target group: a call, a step, a call, until nothing more has to be known of its targets. */
async function watchGroup(key: string, watch: Watch): Promise<void> {
  const { ports, request, signal, state, see } = watch;
  const { clock, random } = ports;
  const group = () => state().groups.find((known) => known.key === key);
  const fleet = (): Fleet => ({
    terminatingEndpoints: group()?.terminatingEndpoints ?? 1,
    apiRate: request.policy.apiRate,
  });
  await untilFirstLook(fleet, watch);
  let reported: string | undefined;
  for (let stepMs: number | undefined; !signal.aborted; ) {
    const current = group();
    const query = current === undefined ? undefined : nextQuery(current, request.policy);
    if (current === undefined || query === undefined) return;
    const observation = await ask(query, current, watch);
    if (signal.aborted) return;
    const failure = observation.kind === 'call-failed' ? observation.error : undefined;
    if (failure !== undefined && failure.kind !== reported) {
      ports.journal({ kind: 'call-failed', targetGroup: groupName(current.ref), error: failure });
    }
    reported = failure?.kind;
    see(observation);
    stepMs = nextStepMs(stepMs, failure?.kind === 'throttled', fleet());
    await clock.sleep(beforeTheEnd(jitter(stepMs, random), leftMs(watch), fleet()), signal);
  }
}

/** How long the hold goes on, at the longest, if nothing more is seen. */
function leftMs({ state, request, ports }: Watch): number {
  const nowMs = ports.clock.now();
  const decision = decide(state(), request.policy, nowMs);
  return decision.kind === 'hold' ? decision.untilMs - nowMs : 0;
}

/** The size of the fleet may become known, or known better, while the first look is waited for. */
async function untilFirstLook(fleet: () => Fleet, { ports, request, signal }: Watch): Promise<void> {
  const draw = ports.random();
  for (;;) {
    const leftMs = request.arrivedAtMs + firstLookMs(fleet(), draw) - ports.clock.now();
    if (leftMs <= 0 || signal.aborted) return;
    await ports.clock.sleep(leftMs, signal);
  }
}

/** One call to ELBv2, and what it tells. */
async function ask(query: Query, group: GroupState, { ports, signal }: Watch): Promise<Observation> {
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
