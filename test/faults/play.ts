import { findMoment } from '../../sim/timeline.ts';
import type { FaultRow } from './fault.ts';
import { type Phase, type Play, prepare, upToDeletion } from './phases.ts';
import { openStage, type Stage } from './stage.ts';
import { callAlong, type Ran, seen } from './witness.ts';

const FAULT_BEGINS = 'fault begins';

/** Plays one cell to the end of its pod. Rejects where the fault could not be made. */
export async function play(fault: FaultRow, phase: Phase): Promise<Ran> {
  await using stage = await openStage({ credentials: fault.credentials ?? 'podIdentity' });
  const faulty = makeFault(stage, fault);
  const part: Play = { stage, fault, begin: faulty.begin };
  prepare(phase, part);
  const pod = await stage.run();
  await upToDeletion(phase, part, pod);
  await untilRegistered(stage);
  const callers = callAlong(stage, pod);
  stage.cluster.store.deletePod(pod.namespace, pod.name);
  await pod.ended;
  await faulty.made();
  return { ...seen(stage, pod, FAULT_BEGINS), callers: await callers() };
}

/** Begins once, whoever says so. */
function makeFault(stage: Stage, fault: FaultRow) {
  let made: Promise<void> | undefined;
  return {
    begin() {
      if (made !== undefined) return;
      stage.cluster.timeline.record('user', FAULT_BEGINS);
      made = make(stage, fault);
      made.catch(() => {});
    },
    /** Rejects where it could not be made. */
    made: () => made,
  };
}

async function make(stage: Stage, { where, effect, answers, begin }: FaultRow): Promise<void> {
  if (answers === undefined) return await begin?.(stage);
  const { awsFaults, kubernetesFaults } = stage.cluster;
  const faults = where === 'ELBv2' ? awsFaults : kubernetesFaults;
  // What a phase has planted before was only the beginning of this.
  faults.clear();
  const forMs = effect.kind === 'silent' ? effect.forMs : undefined;
  faults.add({ fault: answers, ...(forMs === undefined ? {} : { forMs }) });
}

/** A pod that the load balancer does not know yet has nothing to lose. */
async function untilRegistered({ cluster }: Stage): Promise<void> {
  while (findMoment(cluster.timeline, 'target state') === undefined) await cluster.clock.sleep(100);
}
