import { Registry } from 'prom-client';
import type { HoldEvent, Journal } from '../core/journal.ts';
import type { HoldSummary } from '../core/outcome.ts';
import type { PodRef } from '../core/ports.ts';
import { groupName } from '../core/target.ts';
import { groupWords } from '../core/words.ts';
import { elbv2Calls } from './elbv2-calls.ts';
import { countCalls, createFamilies, type Families } from './metric-families.ts';

export interface MetricsOptions {
  /** Of drain-wait. */
  readonly version: string;
  /** Whether the holds are only observed. It is a label of every metric, so that the two are never mixed. */
  readonly observe: boolean;
}

/** What the program knows of itself, for Prometheus. */
export interface Metrics {
  readonly journal: Journal;
  /** Told of each result of the start-up check: how many problems it has, and the target groups, by ARN or name. */
  readonly checked: (problems: number, targetGroups: readonly string[]) => void;
  readonly contentType: string;
  /** The page in the text format of Prometheus. */
  readonly text: () => Promise<string>;
}

/** No metrics of the Node process: an observer of its garbage collector would cost more than all of these, and the node has the container's. */
export function createMetrics({ version, observe }: MetricsOptions): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ mode: observe ? 'observe' : 'hold' });
  const families = createFamilies(registry);
  families.buildInfo.set({ version }, 1);
  const holding = new Set<string>();
  const known = new Set<string>();

  /** The lag of each group that there is begins with nothing, once. */
  function know(targetGroups: readonly string[]): void {
    for (const group of targetGroups.map((each) => groupWords(each, undefined))) {
      if (!known.has(group)) families.lag.zero({ target_group: group });
      known.add(group);
    }
  }

  function journal(event: HoldEvent): void {
    switch (event.kind) {
      case 'hold-started':
        holding.add(podKey(event.pod));
        break;
      case 'discovered':
        know(event.discovery.groups.map(({ group }) => groupName(group)));
        break;
      case 'released':
        holding.delete(podKey(event.pod));
        know(event.summary.targets.map(({ targetGroup }) => targetGroup));
        count(families, event.summary);
        break;
      default:
        // A hold that is cut short ends with the process, and nobody asks any more.
        return;
    }
    families.inProgress.set(holding.size);
  }

  return {
    journal,
    checked(problems, targetGroups) {
      families.problems.set(problems);
      know(targetGroups);
    },
    contentType: registry.contentType,
    text: () => registry.metrics(),
  };
}

function count({ holds, held, lag, elbv2, kubernetes }: Families, summary: HoldSummary): void {
  holds.inc({ reason: summary.reason });
  held.observe(summary.heldMs / 1_000);
  for (const { targetGroup, lagMs } of summary.targets) {
    if (lagMs !== undefined) lag.observe({ target_group: groupWords(targetGroup, undefined) }, lagMs / 1_000);
  }
  countCalls(elbv2, elbv2Calls(summary.targets));
  countCalls(kubernetes, summary.kubernetes);
}

/** By name: the UID of a started hold may become known only later. */
function podKey({ namespace, name }: PodRef): string {
  return `${namespace}/${name}`;
}
