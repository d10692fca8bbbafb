import { longestHoldMs } from '../core/deadline.ts';
import { discoverTargets, type TargetSource } from '../core/discover.ts';
import { type ApiErrorKind, toApiError } from '../core/errors.ts';
import { HOOK_PATH, reachesSidecar } from '../core/hook.ts';
import { UNDRAINABLE } from '../core/journal.ts';
import { jitter } from '../core/pace.ts';
import type { HoldPolicy } from '../core/policy.ts';
import type { Clock, Cluster, OwnPod, PodRef, Random } from '../core/ports.ts';
import type { GroupTargets } from '../core/target.ts';
import { seconds } from '../core/words.ts';
import { duration } from '../settings.ts';
import { advisedGraceSeconds, DEFAULT_LAG } from '../workload/grace.ts';

/** A pod is listed by its Services a moment after it got its IP, and its TargetGroupBindings may come later still. */
const ATTEMPTS_AFTER_MS = [10_000, 30_000, 60_000, 120_000] as const;

/** What a hold would find right now: plain data, which can go from one process to another. */
export interface CheckResult {
  /** Undefined where it could not be read. */
  readonly pod: OwnPod | undefined;
  readonly source: TargetSource | undefined;
  readonly groups: readonly GroupTargets[];
  /** Whether every source of targets was read: only then does "none" mean that there are none. */
  readonly complete: boolean;
  readonly problems: readonly CheckProblem[];
}

export interface CheckProblem {
  readonly kind: ApiErrorKind | 'undrainable' | 'no-hook' | 'short-grace';
  readonly message: string;
}

export interface StartupCheckOptions {
  readonly pod: PodRef;
  readonly policy: HoldPolicy;
  /** The sidecar's, which the hooks must call. */
  readonly port: number;
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly random: Random;
  /** Told of the first result, and of each that differs from the one before. Waited for. */
  readonly report: (result: CheckResult) => void | Promise<void>;
}

/** Reads the pod and looks for its targets, a few times until there are some. Makes no ELBv2 call. Resolves with the last result. */
export async function checkUntilFound(options: StartupCheckOptions): Promise<CheckResult> {
  const { clock, random, report } = options;
  let result = await checkOnce(options);
  await report(result);
  for (const afterMs of ATTEMPTS_AFTER_MS) {
    if (result.pod !== undefined && result.groups.length > 0) break;
    await clock.sleep(jitter(afterMs, random()));
    const next = await checkOnce(options);
    if (findings(next) !== findings(result)) await report(next);
    result = next;
  }
  return result;
}

async function checkOnce({ pod, policy, port, cluster }: StartupCheckOptions): Promise<CheckResult> {
  const { signal } = new AbortController();
  const unreadable: CheckProblem[] = [];
  const ownPod = await cluster.readPod(pod, signal).catch((error: unknown) => {
    const { kind, message } = toApiError(error, 'get pods');
    unreadable.push({ kind, message });
    return undefined;
  });
  const found = await discoverTargets(pod, ownPod, policy.targetGroups, cluster, signal);
  return {
    pod: ownPod,
    source: found.source,
    groups: found.groups,
    complete: found.complete,
    problems: [
      ...unreadable,
      ...found.problems.map(({ kind, message }) => ({ kind, message })),
      ...found.undrainable.map((name) => ({ kind: 'undrainable', message: `${name}: ${UNDRAINABLE}` }) as const),
      ...(ownPod === undefined
        ? []
        : [...hookProblems(ownPod, port, policy), ...graceProblems(ownPod, found.groups, policy)]),
    ],
  };
}

/**
 * Where no container calls the sidecar nothing holds anything. One that serves no traffic needs no hook, so one hook is enough; a hook
 * of the sidecar itself holds no other container, and yet is all that an observer needs.
 */
function hookProblems({ containers }: OwnPod, port: number, { observe }: HoldPolicy): readonly CheckProblem[] {
  const served = containers.filter(({ isSidecar }) => !isSidecar);
  const callers = observe ? containers : served;
  if (callers.some(({ preStop }) => reachesSidecar(preStop, port))) return [];
  const names = served.map(({ name }) => name).join(', ');
  const message = `no container (${names}) has a preStop hook that calls the sidecar, so nothing is held; add lifecycle.preStop.httpGet { path: ${HOOK_PATH}, port: ${port} } to each that serves traffic`;
  return [{ kind: 'no-hook', message }];
}

/** Where not even an instant deregistration leaves enough time, every hold ends at the deadline. */
function graceProblems(
  { gracePeriodMs }: OwnPod,
  groups: readonly GroupTargets[],
  policy: HoldPolicy,
): readonly CheckProblem[] {
  if (groups.length === 0 || policy.until === 'gone') return [];
  const settleMs = Math.max(...groups.map(({ group }) => policy.settleMs[group.loadBalancer ?? 'alb']));
  const mostMs = longestHoldMs(gracePeriodMs, policy.reserveMs);
  if (mostMs >= settleMs) return [];
  const advised = advisedGraceSeconds({ lagMs: duration(DEFAULT_LAG), settleMs, reserveMs: policy.reserveMs });
  const message = `a grace period of ${seconds(gracePeriodMs)} leaves ${seconds(mostMs)} for a hold, and the load balancer alone needs ${seconds(settleMs)}: every hold ends at its deadline; set terminationGracePeriodSeconds: ${advised}`;
  return [{ kind: 'short-grace', message }];
}

/** What is known after one more result: what was found once is not forgotten because a later attempt could not read it. */
export function mergeResults(before: CheckResult | undefined, next: CheckResult): CheckResult {
  const found = next.groups.length > 0 || before === undefined ? next : before;
  return { ...next, pod: next.pod ?? before?.pod, source: found.source, groups: found.groups };
}

/** What is worth a line in the log when it changes. */
function findings({ pod, groups, problems }: CheckResult): string {
  return JSON.stringify([pod?.sidecar, groups.map(({ group, addresses }) => [group, addresses]), problems]);
}
