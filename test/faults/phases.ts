import { addTargetGroup } from '../../sim/add-target-group.ts';
import type { ProtectedPod } from '../../sim/protected-pod.ts';
import type { FaultRow } from './fault.ts';
import { SETTLE_MS } from './rules.ts';
import type { Stage } from './stage.ts';

/** When a fault begins, in the order of a pod's life. */
export const PHASES = [
  'start-up',
  'before the hook',
  'discovery',
  'before draining',
  'settling',
  'at release',
] as const;
export type Phase = (typeof PHASES)[number];

/** Into the settle time, and how long before its end the last second begins. */
const SETTLING_AFTER_MS = 3_000;
const LAST_MS = 1_000;

/** The lists of the discovery take so long that a fault that begins after the first read of the pod is there before its end. */
const SLOW_LIST_MS = 1_500;
const DISCOVERY = ['targetgroupbindings', 'endpointslices', 'services'] as const;

export interface Play {
  readonly stage: Stage;
  readonly fault: FaultRow;
  /** Makes the fault come true now; called again it changes nothing. */
  readonly begin: () => void;
}

/** Before the pod runs. */
export function prepare(phase: Phase, { stage, fault, begin }: Play): void {
  // A target that comes after the start-up check is one that only the discovery of the hold can find.
  if (phase !== 'discovery') bind(stage, fault);
  if (phase === 'start-up') begin();
}

/** Runs the pod up to its deletion, and sees to it that the fault begins in its phase. */
export async function upToDeletion(phase: Phase, play: Play, pod: ProtectedPod): Promise<void> {
  const { stage, begin } = play;
  await pod.logged('start-up check');
  switch (phase) {
    case 'start-up':
      break;
    case 'before the hook':
      begin();
      break;
    case 'discovery':
      bind(stage, play.fault);
      hitDiscovery(play);
      break;
    case 'before draining':
      whenRegisteredSeen(play);
      break;
    case 'settling':
      whenDraining(play, SETTLING_AFTER_MS);
      break;
    case 'at release':
      whenDraining(play, SETTLE_MS - LAST_MS);
      break;
    default:
      phase satisfies never;
  }
}

function bind({ cluster }: Stage, { protocolUnknown }: FaultRow): void {
  addTargetGroup(cluster);
  if (protocolUnknown !== true) return;
  const [binding] = cluster.store.list('TargetGroupBinding');
  if (binding === undefined) throw new Error('there is no TargetGroupBinding');
  const { targetGroupProtocol: _, ...spec } = binding.spec;
  cluster.store.put({ ...binding, spec });
}

/** The pod is read, and nothing after it. */
function hitDiscovery({ stage, fault, begin }: Play): void {
  const { kubernetesFaults } = stage.cluster;
  if (fault.where === 'Kubernetes') {
    for (const match of DISCOVERY) {
      if (fault.answers === undefined)
        kubernetesFaults.add({ match, fault: { kind: 'slow', ms: SLOW_LIST_MS }, times: 2 });
      else kubernetesFaults.add({ match, fault: fault.answers });
    }
  }
  stage.onLog(({ msg }) => {
    if (msg === 'hold started') begin();
  });
}

/** When all targets were found, too. On a slow machine both would come after the deregistration, which therefore waits. */
function whenRegisteredSeen({ stage: { cluster, onLog }, begin }: Play): void {
  const missing = new Set(['target state', 'targets found']);
  cluster.controller.pause();
  onLog(({ msg }) => {
    if (!missing.delete(msg) || missing.size > 0) return;
    begin();
    cluster.controller.resume();
  });
}

function whenDraining({ stage, begin }: Play, afterMs: number): void {
  stage.onLog(({ msg, state }) => {
    if (msg === 'target state' && String(state).startsWith('draining'))
      void stage.cluster.clock.sleep(afterMs).then(begin);
  });
}
