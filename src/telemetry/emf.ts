import type { HoldEvent, Journal } from '../core/journal.ts';
import type { HoldSummary, Reason, TargetSummary } from '../core/outcome.ts';
import { groupWords } from '../core/words.ts';
import { elbv2Calls } from './elbv2-calls.ts';

/**
 * CloudWatch namespaces of the metrics. What a hold in observe mode would have been has one of its own: a dimension would have to be
 * named in every graph and alarm, and one that forgets it would mix what happened with what did not.
 */
export const EMF_NAMESPACES = { hold: 'DrainWait', observe: 'DrainWait/Observed' } as const;

/**
 * What CloudWatch makes of a line: dimensions, and metrics with their units (durations in seconds). Every value of a dimension makes
 * one more metric of each, which is paid for by the month. So the pod, of which there is always a new one, is no dimension, and nor is the target
 * group: one line gives a dimension one value, a pod may have several groups, and what delays one deregistration (the controller,
 * throttling) delays them all. Both stand in the line as plain fields. The reason is a dimension only where it tells something.
 */
export const EMF_DIRECTIVES = [
  { dimensions: ['PodNamespace', 'Reason'], metrics: { Holds: 'Count', Held: 'Seconds' } },
  {
    dimensions: ['PodNamespace'],
    metrics: { Lag: 'Seconds', Calls: 'Count', Throttles: 'Count', Errors: 'Count', ApiTime: 'Seconds' },
  },
] as const;

/** A hold that ended without a release, by a forced deletion or the end of the grace period, is counted, too. */
export type EmfReason = Reason | 'cut-short';

type MetricsOf<Directive> = Directive extends { readonly metrics: infer Metrics } ? keyof Metrics : never;

type EmfValues = Readonly<Partial<Record<MetricsOf<(typeof EMF_DIRECTIVES)[number]>, number>>>;

export interface EmfPorts {
  /** Prints one object as a line of JSON, whatever the log level is. Must not throw and must not wait. */
  readonly print: (line: Readonly<Record<string, unknown>>) => void;
  /** The time of day, ms since 1970. */
  readonly now: () => number;
}

/** Prints a line in the embedded metric format of CloudWatch for each hold that has ended. */
export function journalToEmf({ print, now }: EmfPorts): Journal {
  return (event) => {
    const line = emfLine(event, now());
    if (line !== undefined) print(line);
  };
}

/** Undefined where the event is not the end of a hold. `_aws` comes first, so that a log router can tell the line by its beginning. */
function emfLine(event: HoldEvent, nowMs: number): Readonly<Record<string, unknown>> | undefined {
  if (event.kind !== 'released' && event.kind !== 'cut-short') return undefined;
  const ended = event.kind === 'released' ? event.summary : event;
  const reason: EmfReason = 'reason' in ended ? ended.reason : 'cut-short';
  const slowest = slowestTarget(ended.targets);
  const values = metricValues(ended, slowest);
  return {
    _aws: {
      Timestamp: nowMs,
      CloudWatchMetrics: metricDirectives(
        ended.observed === true ? EMF_NAMESPACES.observe : EMF_NAMESPACES.hold,
        values,
      ),
    },
    PodNamespace: event.pod.namespace,
    Reason: reason,
    ...values,
    level: 'info',
    time: new Date(nowMs).toISOString(),
    pod: `${event.pod.namespace}/${event.pod.name}`,
    ...(slowest === undefined ? {} : { slowestTargetGroup: groupWords(slowest.targetGroup, undefined) }),
    msg: 'hold metrics',
  };
}

/** A metric that the line has no value for is left out: CloudWatch takes a missing target for an error. */
function metricDirectives(namespace: string, values: EmfValues): readonly unknown[] {
  return EMF_DIRECTIVES.map(({ dimensions, metrics }) => ({
    Namespace: namespace,
    Dimensions: [dimensions],
    Metrics: Object.entries(metrics)
      .filter(([name]) => name in values)
      .map(([name, unit]) => ({ Name: name, Unit: unit })),
  }));
}

function metricValues(
  { heldMs, targets }: Pick<HoldSummary, 'heldMs' | 'targets'>,
  slowest: SeenLeaving | undefined,
): EmfValues {
  const { calls, throttles, errors, apiMs } = elbv2Calls(targets);
  return {
    Holds: 1,
    Held: heldMs / 1_000,
    ...(slowest === undefined ? {} : { Lag: slowest.lagMs / 1_000 }),
    Calls: calls,
    Throttles: throttles,
    Errors: errors,
    ApiTime: apiMs / 1_000,
  };
}

type SeenLeaving = TargetSummary & { readonly lagMs: number };

/** The target with the longest lag; undefined where none was seen deregistering or absent. */
function slowestTarget(targets: readonly TargetSummary[]): SeenLeaving | undefined {
  const seen = targets.filter((target): target is SeenLeaving => target.lagMs !== undefined);
  return seen.toSorted((a, b) => b.lagMs - a.lagMs)[0];
}
