import Registry from 'prom-client/lib/registry.js';
import type { CutShort, HoldEvent, Journal } from '../core/journal.ts';
import { groupName } from '../core/target.ts';
import { groupWords, podName } from '../core/words.ts';
import { countCalls, createFamilies } from './metric-families.ts';
import { createTally, type Progress } from './tally.ts';

export interface MetricsOptions {
  /** Of drain-wait. */
  readonly version: string;
  /** Whether the holds are only observed. It is a label of every metric, so that the two are never mixed. */
  readonly observe: boolean;
  /** The holds that go on, as they stand. Asked at each scrape. */
  readonly holding: () => readonly CutShort[];
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

/**
 * What a hold that goes on has seen is counted at each scrape: its pod is likely to be gone before the first one after the release.
 * No metrics of the Node process: an observer of its garbage collector would cost more than all of these, and the node has the container's.
 */
export function createMetrics({ version, observe, holding: soFar }: MetricsOptions): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ mode: observe ? 'observe' : 'hold' });
  const families = createFamilies(registry);
  families.buildInfo.set({ version }, 1);
  const holding = new Set<string>();
  const known = new Set<string>();
  const tally = createTally();

  /** The lag of each group that there is begins with nothing, once. */
  function know(targetGroups: readonly string[]): void {
    for (const group of targetGroups.map((each) => groupWords(each, undefined))) {
      if (!known.has(group)) families.lag.zero({ target_group: group });
      known.add(group);
    }
  }

  /** What has come to a hold since it was counted last. */
  function count(progress: Progress): void {
    const { lags, elbv2, kubernetes } = tally.since(progress);
    know(lags.map(({ targetGroup }) => targetGroup));
    for (const { targetGroup, lagMs } of lags) {
      families.lag.observe({ target_group: groupWords(targetGroup, undefined) }, lagMs / 1_000);
    }
    countCalls(families.elbv2, elbv2);
    countCalls(families.kubernetes, kubernetes);
  }

  function journal(event: HoldEvent): void {
    switch (event.kind) {
      case 'hold-started':
        holding.add(podName(event.pod));
        break;
      case 'discovered':
        know(event.discovery.groups.map(({ group }) => groupName(group)));
        break;
      case 'released':
        holding.delete(podName(event.pod));
        count({ pod: event.pod, ...event.summary });
        tally.close(event.pod);
        families.holds.inc({ reason: event.summary.reason });
        families.held.observe(event.summary.heldMs / 1_000);
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
    async text() {
      for (const hold of soFar()) count(hold);
      return await registry.metrics();
    },
  };
}
