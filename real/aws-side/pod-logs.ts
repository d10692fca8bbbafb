import { type ContainerLogOptions, followLog } from './container-log.ts';
import type { ContainerRun } from './terminations.ts';

export interface PodLogsOptions extends Pick<ContainerLogOptions, 'api' | 'clock' | 'namespace' | 'pod' | 'signal'> {
  readonly isGone: () => boolean;
  readonly hasEnded: (run: ContainerRun) => boolean;
  /** `stamp`: when the container runtime got the line, RFC 3339. */
  readonly onLine: (container: string, text: string, stamp: string) => void;
}

/** The logs of all containers of one pod. */
export interface PodLogs {
  /** From the first time on that the run is seen; not if another one of its container has come since. */
  follow(run: ContainerRun): void;
  /** Resolves when all that are followed have been told to their end. */
  told(): Promise<unknown>;
}

export function createPodLogs({ hasEnded, onLine, ...options }: PodLogsOptions): PodLogs {
  const followed = new Set<string>();
  /** By container: up to which line its log has been told, once all of its runs so far have ended. */
  const logs = new Map<string, Promise<string>>();

  return {
    // One run after the other: whoever asks for the log of a container gets that of its newest run.
    follow(run) {
      const { container, id, isCurrent } = run;
      if (!isCurrent || followed.has(id)) return;
      followed.add(id);
      const before = logs.get(container) ?? Promise.resolve('');
      const log = {
        ...options,
        container,
        hasEnded: () => hasEnded(run),
        onLine: (text: string, stamp: string) => onLine(container, text, stamp),
      };
      logs.set(
        container,
        before.then((after) => followLog({ ...log, after })),
      );
    },
    told: () => Promise.all(logs.values()),
  };
}
