import type { Clock } from '../../src/core/ports.ts';
import type { Container } from './container.ts';
import { type AddressBook, type HookOutcome, runPreStop } from './pre-stop.ts';

/** Between SIGTERM and SIGKILL a container always has this much (kubelet: kuberuntime_container.go). */
const MIN_GRACE_MS = 2_000;

export interface KillOptions {
  readonly clock: Clock;
  /** Counted from the start of the hooks. */
  readonly graceMs: number;
  readonly address: AddressBook;
  readonly podIp: string | undefined;
  /** Ends everything where it stands; the containers that still run go on running. */
  readonly signal: AbortSignal;
  readonly record: (what: string, container: Container, fields?: Readonly<Record<string, unknown>>) => void;
}

/**
 * Ends those of `containers` that run. All hooks start at once; a native sidecar gets SIGTERM after all main containers and
 * the sidecars that started after it have ended (kubelet: kuberuntime_termination_order.go).
 */
export async function killContainers(containers: readonly Container[], options: KillOptions): Promise<void> {
  const endsAt = options.clock.now() + options.graceMs;
  const kill = (container: Container, turn: Promise<unknown>) => killContainer(container, turn, endsAt, options);
  const ofKind = (kind: Container['kind']) => containers.filter((container) => container.kind === kind);

  let ended: Promise<unknown> = Promise.all(ofKind('main').map((container) => kill(container, Promise.resolve())));
  for (const sidecar of ofKind('native-sidecar').toReversed()) {
    ended = Promise.all([ended, kill(sidecar, ended)]);
  }
  await ended;
}

async function killContainer(
  container: Container,
  turn: Promise<unknown>,
  endsAt: number,
  options: KillOptions,
): Promise<void> {
  const { clock, signal, record } = options;
  if (container.process === undefined || signal.aborted) return;
  await preStop(container, endsAt, options);
  await endsBefore(endsAt, turn, clock, signal);
  // It may have crashed meanwhile, and was never started again.
  const { process } = container;
  if (process === undefined || signal.aborted) return;

  record('sends SIGTERM', container);
  process.signal('SIGTERM');
  const hasExited = await endsBefore(Math.max(endsAt, clock.now() + MIN_GRACE_MS), process.exited, clock, signal);
  if (hasExited || signal.aborted) return;
  record('sends SIGKILL', container);
  process.signal('SIGKILL');
  await process.exited;
}

/** Waits for the hook, if there is one. A call that outlasts the grace period is not taken back. */
async function preStop(container: Container, endsAt: number, options: KillOptions): Promise<void> {
  const { clock, signal, record } = options;
  if (container.preStop === undefined) return;
  record('calls preStop', container);
  let outcome: HookOutcome = { kind: 'failed', error: 'the grace period is over' };
  const call = runPreStop(container, options).then((ended) => {
    outcome = ended;
  });
  await endsBefore(endsAt, call, clock, signal);
  if (!signal.aborted) recordOutcome(outcome, container, record);
}

function recordOutcome(outcome: HookOutcome, container: Container, record: KillOptions['record']): void {
  switch (outcome.kind) {
    case 'answered':
      record('preStop answered', container, outcome.status === undefined ? {} : { status: outcome.status });
      return;
    case 'failed':
      record('FailedPreStopHook', container, { error: outcome.error });
      return;
    default:
      outcome satisfies never;
  }
}

/** Whether `promise` ends before `at`; resolves as soon as that is known, or `signal` is aborted (false). */
async function endsBefore(at: number, promise: Promise<unknown>, clock: Clock, signal: AbortSignal): Promise<boolean> {
  const ended = new AbortController();
  const timeout = clock.sleep(Math.max(0, at - clock.now()), AbortSignal.any([signal, ended.signal]));
  const isFirst = await Promise.race([promise.then(() => true), timeout.then(() => false)]);
  ended.abort();
  return isFirst;
}
