import { deadlineAtMs } from './decide.ts';
import { ApiError, toApiError } from './errors.ts';
import type { HoldEvent } from './journal.ts';
import { identified, lastRead } from './observation.ts';
import { podStepMs } from './pace.ts';
import { observedBy } from './policy.ts';
import type { OwnPod } from './ports.ts';
import type { Watch } from './watch.ts';

/** Reads the pod now, and then from time to time until the release. Resolves after the first read. */
export async function watchPod(watch: Watch): Promise<void> {
  const { ports, request, signal, state } = watch;
  const news = await readPod(watch);
  if (signal.aborted) return;
  const deadlineInMs = Math.round(deadlineAtMs(state(), request.policy) - ports.clock.now());
  ports.journal({
    kind: 'hold-started',
    pod: identified(request.pod, state().pod),
    deadlineInMs,
    ...observedBy(request.policy),
  });
  if (news !== undefined) ports.journal(news);
  void readAgain(watch);
}

async function readAgain(watch: Watch): Promise<void> {
  const { ports, request, signal, state } = watch;
  for (;;) {
    await ports.clock.sleep(podStepMs(ports.random), signal);
    if (signal.aborted) return;
    const deadlineBefore = deadlineAtMs(state(), request.policy);
    const news = await readPod(watch);
    if (signal.aborted) return;
    if (news !== undefined) ports.journal(news);
    const deadline = deadlineAtMs(state(), request.policy);
    if (deadline !== deadlineBefore) {
      ports.journal({ kind: 'deadline-changed', deadlineInMs: Math.round(deadline - ports.clock.now()) });
    }
  }
}

/** Reads the pod once. Resolves with what there is to tell, where something has gone wrong that had not before. */
async function readPod(watch: Watch): Promise<HoldEvent | undefined> {
  const { request, ports, signal, state, see } = watch;
  const known = lastRead(state().pod) ?? forgetReadiness(request.known.pod);
  const askedAtMs = ports.clock.now();
  try {
    const pod = await ports.cluster.readPod(request.pod, signal);
    requireUid(pod, request.pod.uid ?? known?.uid);
    see({ kind: 'pod-read', pod, askedAtMs });
    return undefined;
  } catch (error) {
    const failure = toApiError(error, 'get pods');
    const before = state().pod.kind;
    see(isGone(failure) && known !== undefined ? { kind: 'pod-gone', pod: known } : { kind: 'pod-unreadable' });
    const after = state().pod.kind;
    if (after === before) return undefined;
    return { kind: after === 'gone' ? 'pod-gone' : 'pod-unreadable', error: failure };
  }
}

/** A pod that was read before the hold may have become Ready since. */
function forgetReadiness(pod: OwnPod | undefined): OwnPod | undefined {
  return pod === undefined ? undefined : { ...pod, neverReady: false };
}

function requireUid({ uid }: OwnPod, expected: string | undefined): void {
  if (expected === undefined || uid === expected) return;
  throw new ApiError('not-found', 'get pods', `the pod with this name now has the UID ${uid}, not ${expected}`);
}

/** A token is revoked together with its pod: after a good read, 401 says the same as 404. */
function isGone({ kind }: ApiError): boolean {
  return kind === 'not-found' || kind === 'unauthenticated';
}
