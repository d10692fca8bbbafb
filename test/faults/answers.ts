import type { Fault } from '../../sim/faults.ts';
import { API_SERVER_NAME } from '../../sim/kubernetes/tls.ts';
import type { Api, FaultRow, StrangeValue } from './fault.ts';
import { ELBV2_NAME, type Stage } from './stage.ts';

const HUGE_BYTES = 50 * 1024 * 1024;

/** What both APIs can answer, or not. `throttled` is what each says when there are too many calls. */
export function answering(where: Api, throttled: Fault): readonly FaultRow[] {
  const silent = (name: string, answers: Fault, forMs?: number): FaultRow => ({
    name,
    where,
    answers,
    effect: { kind: 'silent', api: where, ...(forMs === undefined ? {} : { forMs }) },
  });
  const status = (code: number) => silent(`HTTP ${code}`, { kind: 'status', status: code });
  const gate = (stage: Stage) => (where === 'ELBv2' ? stage.elbv2Gate : stage.kubernetesGate);
  const faults = (stage: Stage) => (where === 'ELBv2' ? stage.cluster.awsFaults : stage.cluster.kubernetesFaults);
  const atTheGate = (name: string, begin: (stage: Stage) => void): FaultRow => ({
    name,
    where,
    begin,
    effect: { kind: 'silent', api: where },
  });
  const reset = (name: string, fault: Fault) =>
    atTheGate(name, (stage) => {
      gate(stage).resetAtEnd();
      faults(stage).clear();
      faults(stage).add({ fault });
    });
  return [
    atTheGate('connection refused', (stage) => gate(stage).refuse()),
    atTheGate('name not found', (stage) => stage.loseName(where === 'ELBv2' ? ELBV2_NAME : API_SERVER_NAME)),
    silent('no answer', { kind: 'hang' }),
    reset('reset before the answer', { kind: 'reset' }),
    reset('reset in the middle of the answer', { kind: 'truncate' }),
    silent('a byte now and then', { kind: 'drip', everyMs: 200 }),
    status(403),
    status(404),
    status(429),
    status(500),
    status(503),
    silent('throttled for 1 s', throttled, 1_000),
    silent('throttled for 30 s', throttled, 30_000),
    silent('throttled for ever', throttled),
    silent('garbage', { kind: 'garbage' }),
    silent('connection ends in the middle of the answer', { kind: 'truncate' }),
    silent('half of the answer', { kind: 'cut' }),
    silent('50 MB', { kind: 'huge', bytes: HUGE_BYTES }),
  ];
}

/** Good answers in which every text of `replace` has become another one. */
export function strange(
  where: Api,
  value: StrangeValue,
  replace: Record<string, string>,
  also: Partial<FaultRow> = {},
) {
  const pairs = Object.entries(replace).map(([from, to]) => ({ from, to }));
  return {
    name: `unknown ${value}`,
    where,
    effect: { kind: 'strange', value },
    answers: { kind: 'rewrite', replace: pairs },
    ...also,
  } as const satisfies FaultRow;
}
