import { SIDECAR_NAME } from '../../src/workload/sidecar.ts';
import type { PodDiaryOptions } from './pod-diary.ts';
import { createPodLogs } from './pod-logs.ts';
import { type PrintedLines, parseFields } from './printed-lines.ts';
import type { RealPod } from './sim-objects.ts';
import { type ContainerRun, runsOf, type Termination, wasKilledByKubelet } from './terminations.ts';

export interface PodPageOptions extends PodDiaryOptions {
  readonly pod: RealPod;
  readonly printed: Pick<PrintedLines, 'add'>;
  readonly onTermination: (termination: Termination) => void;
}

/** What one pod lives through. */
export interface PodPage {
  see(pod: RealPod): void;
  seeGone(pod: RealPod): void;
}

export function createPodPage(options: PodPageOptions): PodPage {
  const { timeline, toTimelineMs, printed, onTermination, signal } = options;
  const { name, namespace, uid } = options.pod.metadata;
  const subject = { pod: name, namespace, uid };
  const ended = new Set<string>();
  const hasEnded = ({ id }: ContainerRun) => ended.has(id) || isOver;
  const isGone = () => isRemoved;
  const logs = createPodLogs({ ...options, namespace, pod: name, hasEnded, isGone, onLine: noteLine });
  let isRemoved = false;
  let isDeleted = false;
  let isOver = false;

  function noteDeletion(gracePeriodSeconds: number | undefined): void {
    if (isDeleted) return;
    isDeleted = true;
    timeline.record('api-server', 'pod deleted', { ...subject, gracePeriodSeconds });
  }

  function noteLine(container: string, text: string, stamp: string): void {
    const atMs = toTimelineMs(Date.parse(stamp));
    const fields = parseFields(text);
    printed.add({ ...subject, container }, { atMs, text, fields });
    const { msg, level, time, ...rest } = fields;
    if (msg === 'SIGTERM') {
      // The application's own clock is nearer to the event than the time at which its line was read.
      const { atMs: wallMs } = rest;
      const gotAtMs = typeof wallMs === 'number' ? toTimelineMs(wallMs) : atMs;
      timeline.record('kubelet', 'sends SIGTERM', { ...subject, container }, gotAtMs);
    }
    if (container === SIDECAR_NAME && msg !== undefined)
      timeline.record('sidecar', String(msg), { ...rest, ...subject }, atMs);
  }

  function noteEnd({ container, id, end }: ContainerRun): void {
    if (end === undefined || ended.has(id)) return;
    ended.add(id);
    timeline.record('kubelet', 'container exited', { ...subject, container, ...end });
    if (wasKilledByKubelet(end)) timeline.record('kubelet', 'sends SIGKILL', { ...subject, container });
    onTermination({ atMs: toTimelineMs(Date.now()), ...subject, container, ...end });
  }

  /** The containers of a pod that was deleted by force live on without it, and so do their logs. */
  async function over(): Promise<void> {
    if (isOver) return;
    isOver = true;
    await logs.told();
    if (!signal.aborted) timeline.record('kubelet', 'pod ended', subject);
  }

  function see(pod: RealPod): void {
    const { metadata, status } = pod;
    if (metadata.deletionTimestamp !== undefined) noteDeletion(metadata.deletionGracePeriodSeconds);
    for (const run of runsOf(pod)) {
      noteEnd(run);
      logs.follow(run);
    }
    if (status?.phase === 'Succeeded' || status?.phase === 'Failed') void over();
  }

  return {
    see,
    seeGone(pod) {
      see(pod);
      noteDeletion(0);
      isRemoved = true;
      void over();
    },
  };
}
