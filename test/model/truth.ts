import { POLICY } from '../support/world.ts';
import type { Api, GroupName, Schedule, Step, TargetTruth, Trouble } from './schedule.ts';

type StepOf<Kind extends Step['kind']> = Extract<Step, { readonly kind: Kind }>;

/** What is true in the world of a schedule at a time, whatever anybody sees of it. */
export interface Truth {
  target(group: GroupName, atMs: number): TargetTruth;
  trouble(api: Api, atMs: number): Trouble | undefined;
  /** Whether there is any in this time at all. */
  anyTrouble(fromMs: number, toMs: number): boolean;
  /** Whether there was some at this API all the time. */
  alwaysTrouble(api: Api, fromMs: number, toMs: number): boolean;
  isDeleted(atMs: number): boolean;
  /** `gone`: force-deleted. `replaced`: another pod has its name. */
  object(atMs: number): 'there' | 'gone' | 'replaced';
  graceMs(atMs: number): number;
  /** Every grace period that the pod has had until then, and what is assumed while it cannot be read. */
  gracesUntil(atMs: number): readonly number[];
}

export function truthOf({ steps, graceMs }: Schedule): Truth {
  const of = <Kind extends Step['kind']>(kind: Kind) =>
    steps.filter((step): step is StepOf<Kind> => step.kind === kind) as readonly StepOf<Kind>[];
  const targets = of('target');
  const troubles = steps.flatMap((step) =>
    step.kind === 'aws' || step.kind === 'kubernetes' || step.kind === 'lists' ? [step] : [],
  );
  const graces = of('grace');
  const happened = (kind: 'delete' | 'force-delete' | 'replace', atMs: number) =>
    steps.some((step) => step.kind === kind && step.atMs <= atMs);
  const grace = (atMs: number) => graces.findLast((step) => step.atMs <= atMs)?.graceMs ?? graceMs;
  return {
    target: (group, atMs) => targets.findLast((step) => step.group === group && step.atMs <= atMs)?.truth ?? 'healthy',
    trouble: (api, atMs) =>
      troubles.find((step) => step.kind === api && step.atMs <= atMs && atMs < step.atMs + step.forMs)?.trouble,
    anyTrouble: (fromMs, toMs) => troubles.some((step) => step.atMs <= toMs && step.atMs + step.forMs >= fromMs),
    alwaysTrouble: (api, fromMs, toMs) =>
      troubles.some((step) => step.kind === api && step.atMs <= fromMs && step.atMs + step.forMs > toMs),
    isDeleted: (atMs) => ['delete', 'force-delete'].some((kind) => happened(kind as 'delete', atMs)),
    object: (atMs) => (happened('force-delete', atMs) ? 'gone' : happened('replace', atMs) ? 'replaced' : 'there'),
    graceMs: grace,
    gracesUntil: (atMs) => [
      graceMs,
      POLICY.gracePeriodMs,
      ...graces.filter((step) => step.atMs <= atMs).map((step) => step.graceMs),
    ],
  };
}
