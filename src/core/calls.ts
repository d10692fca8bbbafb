import { type ApiErrorKind, toApiError } from './errors.ts';
import type { Clock, Cluster } from './ports.ts';

/** What calls to an API have cost so far. Whole numbers, and ms. */
export interface CallCounts {
  readonly calls: number;
  /** Those that were refused because of the rate. */
  readonly throttles: number;
  /** Those that failed otherwise. */
  readonly errors: number;
  /** From each call until its answer or its failure, all together. */
  readonly apiMs: number;
}

export const NO_CALLS: CallCounts = { calls: 0, throttles: 0, errors: 0, apiMs: 0 };

/** The counts after one more call, which took so long and failed in this way, or was answered. */
export function countCall(
  { calls, throttles, errors, apiMs }: CallCounts,
  tookMs: number,
  failure: ApiErrorKind | undefined,
): CallCounts {
  return {
    calls: calls + 1,
    throttles: throttles + (failure === 'throttled' ? 1 : 0),
    errors: errors + (failure === undefined || failure === 'throttled' ? 0 : 1),
    apiMs: apiMs + tookMs,
  };
}

/** The cluster, and what the calls made through it have cost so far. */
export function meterCluster(
  cluster: Cluster,
  clock: Clock,
): { readonly cluster: Cluster; readonly counts: () => CallCounts } {
  let counts = NO_CALLS;

  async function metered<T>(call: Promise<T>): Promise<T> {
    const calledAtMs = clock.now();
    try {
      const answer = await call;
      counts = countCall(counts, clock.now() - calledAtMs, undefined);
      return answer;
    } catch (error) {
      counts = countCall(counts, clock.now() - calledAtMs, toApiError(error, '').kind);
      throw error;
    }
  }

  return {
    counts: () => counts,
    cluster: {
      readPod: (...args) => metered(cluster.readPod(...args)),
      listBindings: (...args) => metered(cluster.listBindings(...args)),
      listEndpointSlices: (...args) => metered(cluster.listEndpointSlices(...args)),
      readService: (...args) => metered(cluster.readService(...args)),
    },
  };
}
