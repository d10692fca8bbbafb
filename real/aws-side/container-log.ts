import type { Clock } from '../../src/core/ports.ts';
import { type ApiServer, ApiServerError } from './api-server.ts';

export interface ContainerLogOptions {
  readonly api: ApiServer;
  readonly clock: Clock;
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** The stamp of the last line that has been told before. Empty: there is none. */
  readonly after: string;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Whether the container has ended, as far as is known: only then the end of the answer is the end of the log. */
  readonly hasEnded: () => boolean;
  /** Whether the pod is no more: its name may be another one's by now, and so what the API gives under it. */
  readonly isGone: () => boolean;
  /** `stamp`: when the container runtime got the line, RFC 3339. */
  readonly onLine: (text: string, stamp: string) => void;
}

const RETRY_MS = 200;
/** Stamps have nanoseconds and one length, so that they can be compared as text (kubelet: kuberuntime/logs/logs.go). */
const STAMPED = /^(\d{4}-\d\d-\d\dT\S+) (.*)$/;

/**
 * Follows the log of one run of a container from its first line on. The log goes with the pod, so it has to be read while the container
 * runs. An answer that breaks off is asked for once more, and what was told already is left out. Resolves at the end of the log, with the stamp of
 * its last line.
 */
export async function followLog(options: ContainerLogOptions): Promise<string> {
  const { api, clock, signal, hasEnded, isGone, onLine } = options;
  const path = pathOf(options);
  let last = options.after;

  async function read(): Promise<void> {
    const told = last;
    for await (const line of api.lines(path, signal)) {
      // Without a stamp it is the kubelet that speaks, of why it cannot go on.
      const [, stamp = '', text = ''] = STAMPED.exec(line) ?? [];
      if (stamp <= told) continue;
      last = stamp;
      onLine(text, stamp);
    }
  }

  while (!signal.aborted) {
    // Asked before, so that what comes between the last line and the end is read.
    const isLast = hasEnded();
    const isRead = await succeeds(read());
    if (isGone() || (isLast && isRead)) break;
    await clock.sleep(RETRY_MS, signal);
  }
  return last;
}

/** False where there is no API server. One that refuses will not do better the next time. */
async function succeeds(reading: Promise<void>): Promise<boolean> {
  try {
    await reading;
    return true;
  } catch (error) {
    if (!(error instanceof ApiServerError)) throw error;
    return error.status !== undefined;
  }
}

function pathOf({ namespace, pod, container }: ContainerLogOptions): string {
  const query = new URLSearchParams({ container, follow: 'true', timestamps: 'true' });
  return `/api/v1/namespaces/${namespace}/pods/${pod}/log?${query}`;
}
