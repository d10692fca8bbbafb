import type { Timeline } from '../../sim/timeline.ts';
import type { Clock } from '../../src/core/ports.ts';
import type { ApiServer } from './api-server.ts';
import { createPodPage, type PodPage } from './pod-page.ts';
import { createPrintedLines, type PrintedLines } from './printed-lines.ts';
import type { RealPod } from './sim-objects.ts';
import type { Termination } from './terminations.ts';

/** What became of each pod of a real cluster. The same stands in the timeline, in the words of the embedded cluster. */
export interface PodDiary extends Pick<PrintedLines, 'lines' | 'logged'> {
  /** Oldest first. */
  readonly terminations: readonly Termination[];
}

export interface PodDiaryOptions {
  readonly api: ApiServer;
  readonly clock: Clock;
  readonly timeline: Pick<Timeline, 'record'>;
  /** ms of the timeline for ms of the machine's wall clock. */
  readonly toTimelineMs: (wallMs: number) => number;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** The side of it that is told of the pods. */
export interface PodDiaryWriter {
  readonly diary: PodDiary;
  /** A pod has come or changed. */
  see(pod: RealPod): void;
  /** It has gone; as it was last. */
  seeGone(pod: RealPod): void;
}

export function createPodDiary(options: PodDiaryOptions): PodDiaryWriter {
  const printed = createPrintedLines();
  const terminations: Termination[] = [];
  const pages = new Map<string, PodPage>();

  function pageOf(pod: RealPod): PodPage {
    const { uid } = pod.metadata;
    const page =
      pages.get(uid) ?? createPodPage({ ...options, pod, printed, onTermination: (one) => terminations.push(one) });
    pages.set(uid, page);
    return page;
  }

  return {
    diary: { terminations, lines: printed.lines, logged: printed.logged },
    see: (pod) => pageOf(pod).see(pod),
    seeGone(pod) {
      pageOf(pod).seeGone(pod);
      pages.delete(pod.metadata.uid);
    },
  };
}
