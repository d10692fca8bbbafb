/** A mistake that the core could have: in `file` the text `from`, which stands there once, becomes `to`. */
export interface Mutation {
  readonly name: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

export const MUTATIONS: readonly Mutation[] = [
  {
    name: 'the settle time is skipped',
    file: 'src/core/decide.ts',
    from: "return policy.until === 'gone' ? undefined : phase.sinceMs + settleMs(group, policy);",
    to: "return policy.until === 'gone' ? undefined : phase.sinceMs;",
  },
  {
    name: 'every load balancer settles like an ALB',
    file: 'src/core/decide.ts',
    from: 'Math.max(settleMs.alb, settleMs.nlb) : settleMs[ref.loadBalancer]',
    to: 'settleMs.alb : settleMs.alb',
  },
  {
    name: 'the deadline is passed by a minute',
    file: 'src/core/decide.ts',
    from: 'Math.max(longestMs, FIRST_READ_MS) : longestMs)',
    to: 'Math.max(longestMs, FIRST_READ_MS) : longestMs) + 60_000',
  },
  {
    name: 'a throttled call counts as a target that is gone',
    file: 'src/core/watch-targets.ts',
    from: "return { kind: 'call-failed', key, error: failure, describing };",
    to: "return failure.kind === 'throttled' ? { kind: 'group-missing', key } : { kind: 'call-failed', key, error: failure, describing };",
  },
  {
    name: 'the first target group decides for all',
    file: 'src/core/decide.ts',
    from: 'const targets = state.groups.flatMap(',
    to: 'const targets = state.groups.slice(0, 1).flatMap(',
  },
  {
    name: 'the watch of a target group goes on after the release',
    file: 'src/core/watch-targets.ts',
    from: 'open !== undefined && !signal.aborted; open',
    to: 'open !== undefined && ports.clock.now() < 100_000; open',
  },
  {
    name: 'the minimum hold is forgotten',
    file: 'src/core/decide.ts',
    from: 'Math.max(state.startedAtMs + policy.minHoldMs, ...grips',
    to: 'Math.max(state.startedAtMs, ...grips',
  },
  {
    name: 'the fallback hold counts from the start, whatever was seen since',
    file: 'src/core/decide.ts',
    from: 'return unseenSince(Math.max(seenAtMs, group.failingSinceMs - LONGEST_ORDINARY_STEP_MS), policy);',
    to: 'return unseenSince(state.startedAtMs, policy);',
  },
  {
    name: 'an error ends the hold as if all were well',
    file: 'src/core/decide.ts',
    from: 'return { untilMs: sinceMs + fallbackHoldMs, blind: true };',
    to: 'return { untilMs: sinceMs, blind: false };',
  },
  {
    name: 'a pod that is not being deleted is held',
    file: 'src/core/decide.ts',
    from: "state.pod.kind === 'read' && !state.pod.pod.terminating",
    to: "state.pod.kind === 'gone' && !state.pod.pod.terminating",
  },
  {
    name: '"not registered" on the first look is believed',
    file: 'src/core/group.ts',
    from: "return phase.kind === 'unknown' || phase.kind === 'missing';",
    to: "return phase.kind === 'missing';",
  },
  {
    name: 'a target without any listener is waited for to the deadline',
    file: 'src/core/group.ts',
    from: "reason === 'Target.NotInUse') return { kind: 'unused', sinceMs };",
    to: "reason === 'Target.NotInUse') return { kind: 'registered' };",
  },
  {
    name: 'a state that nobody knows counts as draining',
    file: 'src/core/group.ts',
    from: "if (state === 'draining') return",
    to: "if (!['initial', 'healthy', 'unhealthy', 'unused'].includes(state)) return",
  },
  {
    name: 'looks follow each other without a pause',
    file: 'src/core/pace.ts',
    from: 'Math.min(previous * GROWTH, LONGEST_STEP_MS);',
    to: 'Math.min(previous / 2, LONGEST_STEP_MS);',
  },
  {
    name: 'every caller begins a hold of its own',
    file: 'src/core/holds.ts',
    from: 'latest !== undefined && (latest',
    to: 'latest !== undefined && false && (latest',
  },
  {
    name: 'another pod with the same name is taken for this one',
    file: 'src/core/watch-pod.ts',
    from: 'expected === undefined || uid === expected',
    to: 'expected !== uid || uid === expected',
  },
  {
    name: 'a grace period that is shortened during the hold is not noticed',
    file: 'src/core/decide.ts',
    from: 'return (lastRead(pod) ?? podBefore)?.gracePeriodMs ?? policy.gracePeriodMs;',
    to: 'return Math.max((lastRead(pod) ?? podBefore)?.gracePeriodMs ?? 0, policy.gracePeriodMs);',
  },
  {
    name: 'what could not be read is taken for nothing',
    file: 'src/core/discover.ts',
    from: 'complete: hiding.length === 0 && (',
    to: 'complete: hiding.length >= 0 && (',
  },
  {
    name: 'the process ends while it is still holding for a late caller',
    file: 'src/sidecar/lifecycle.ts',
    from: 'end !== undefined; end = holdEnds())',
    to: 'end !== undefined; end = undefined)',
  },
  {
    name: 'ELBv2 is asked for whoever calls',
    file: 'src/core/decide.ts',
    from: "return calledByNode && (pod.kind === 'read' || endpoint === 'unknown');",
    to: "return pod.kind === 'read' || endpoint === 'unknown' || calledByNode;",
  },
  {
    name: 'the kubelet is let go by the clock of a stranger who called before',
    file: 'src/core/holds.ts',
    from: 'return waited && decide(',
    to: 'return waited || decide(',
  },
  {
    name: 'who calls after the hold of a stranger is let go at once',
    file: 'src/core/holds.ts',
    from: 'const waited = arrivedAtMs <= releasedAtMs;',
    to: 'const waited = arrivedAtMs <= releasedAtMs; if (!waited) return true;',
  },
  {
    name: 'what a hold has seen is lost for those who waited in it longer than it lasted',
    file: 'src/core/holds.ts',
    from: 'return arrivedAtMs <= before.releasedAtMs ? before.state : undefined;',
    to: 'return undefined;',
  },
];
