import { type Discovery, discoverTargets } from '../core/discover.ts';
import { type ApiError, toApiError } from '../core/errors.ts';
import { jitter } from '../core/pace.ts';
import type { HoldPolicy } from '../core/policy.ts';
import type { Clock, Cluster, OwnPod, PodRef, PriorKnowledge, Random } from '../core/ports.ts';

/** A pod is listed by its Services a moment after it got its IP, and its TargetGroupBindings may come later still. */
const ATTEMPTS_AFTER_MS = [0, 10_000, 30_000, 60_000, 120_000] as const;

/** What a hold would find right now. */
export interface CheckResult {
  readonly pod: OwnPod | undefined;
  readonly discovery: Discovery;
  readonly problems: readonly ApiError[];
}

export interface StartupCheck {
  /** The latest result; undefined before the first. */
  result(): CheckResult | undefined;
  /** What holds start from. Targets stay known here even if the Service stops selecting the pod later. */
  known(): PriorKnowledge;
  /** Reads the pod and looks for its targets, a few times until there are some. Makes no ELBv2 call. Never rejects. */
  run(): Promise<void>;
}

export interface StartupCheckOptions {
  readonly pod: PodRef;
  readonly policy: HoldPolicy;
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly random: Random;
  /** Told of the first result, and of each that differs from the one before. */
  readonly report: (result: CheckResult) => void;
}

export function createStartupCheck({ pod, policy, cluster, clock, random, report }: StartupCheckOptions): StartupCheck {
  let result: CheckResult | undefined;
  const signal = new AbortController().signal;

  async function attempt(): Promise<CheckResult> {
    const problems: ApiError[] = [];
    const ownPod = await cluster.readPod(pod, signal).catch((error: unknown) => {
      problems.push(toApiError(error, 'get pods'));
      return undefined;
    });
    const discovery = await discoverTargets(pod, ownPod, policy.targetGroups, cluster, signal);
    return { pod: ownPod, discovery, problems: [...problems, ...discovery.problems] };
  }

  return {
    result: () => result,
    known: () => ({ pod: result?.pod, groups: result?.discovery.groups ?? [] }),
    async run() {
      for (const afterMs of ATTEMPTS_AFTER_MS) {
        if (afterMs > 0) await clock.sleep(jitter(afterMs, random));
        const before = result;
        result = await attempt();
        if (before === undefined || !sameFindings(before, result)) report(result);
        if (result.pod !== undefined && result.discovery.groups.length > 0) return;
      }
    },
  };
}

function sameFindings(a: CheckResult, b: CheckResult): boolean {
  const findings = ({ pod, discovery, problems }: CheckResult) =>
    JSON.stringify([pod?.sidecar, discovery.groups, problems.map(({ message }) => message)]);
  return findings(a) === findings(b);
}
