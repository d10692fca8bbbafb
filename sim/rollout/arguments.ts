import { parseArgs } from 'node:util';
import { duration } from '../../src/settings.ts';
import type { RolloutOptions } from './run.ts';
import { type RolloutStrategy, STRATEGIES } from './strategies.ts';

export const HELP = `Replaces every pod of a Deployment under load, once for each strategy, on an embedded cluster: what people use today, and
drain-wait. Shows how long each held its pods and which requests failed, as a table and as a picture.

Usage: npm run demo -- rollout [flags]

  --strategies LIST      some of ${STRATEGIES.map(({ name }) => name).join(',')} (all)
  --load-balancer KIND   alb or nlb (alb)
  --lag DURATION         from a pod's deletion until the controller hears of it (2s)
  --throttle DURATION    how long DescribeTargetHealth is throttled, for everybody, from the start of the rollout on (0s)
  --replicas N           pods of the Deployment (3)
  --rate N               requests a second: six short ones, one that takes 2 s and three over kept connections of ten (15)
  --grace DURATION       the pods' grace period (as the formula of the README has it, and at least 90s)
  --deregistration-delay DURATION
                         of the target group; strategies that wait for the target to be gone wait for it (30s)
  --speed N              how many times as fast as real time (5)
  --picture FILE         where the picture goes (rollout.svg)
  --markdown             the table as Markdown
  --json                 the results as one JSON document, and no picture unless it is asked for
  --help                 this text

All times are simulated. The load balancer routes for 17 s (ALB) or 120 s (NLB) after a deregistration.
`;

export interface RolloutCommand {
  readonly options: Omit<RolloutOptions, 'entry'>;
  readonly strategies: readonly RolloutStrategy[];
  readonly format: 'terminal' | 'markdown' | 'json';
  /** Absent: none. */
  readonly picture: string | undefined;
}

const SETTLE_MS = { alb: 20_000, nlb: 120_000 } as const;
/** Reserve and safety of the formula, and some seconds for the looks in between. */
const REST_MS = 30_000;
const LEAST_GRACE_MS = 90_000;

/** Undefined where help is asked for. Throws a RangeError or a TypeError with what is wrong. */
export function readArguments(args: readonly string[]): RolloutCommand | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      strategies: { type: 'string', default: STRATEGIES.map(({ name }) => name).join(',') },
      'load-balancer': { type: 'string', default: 'alb' },
      lag: { type: 'string', default: '2s' },
      throttle: { type: 'string', default: '0s' },
      replicas: { type: 'string', default: '3' },
      rate: { type: 'string', default: '15' },
      grace: { type: 'string' },
      'deregistration-delay': { type: 'string', default: '30s' },
      speed: { type: 'string', default: '5' },
      picture: { type: 'string' },
      markdown: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const loadBalancer = kindOf(values['load-balancer']);
  const lagMs = time('lag', values.lag);
  const throttleMs = time('throttle', values.throttle);
  const enoughMs = Math.max(LEAST_GRACE_MS, lagMs + throttleMs + SETTLE_MS[loadBalancer] + REST_MS);
  const graceMs = values.grace === undefined ? enoughMs : time('grace', values.grace);
  return {
    strategies: values.strategies.split(',').map(strategyOf),
    format: values.json ? 'json' : values.markdown ? 'markdown' : 'terminal',
    picture: values.picture ?? (values.json ? undefined : 'rollout.svg'),
    options: {
      loadBalancer,
      lagMs,
      throttleMs,
      replicas: whole('replicas', values.replicas, 50),
      rate: whole('rate', values.rate, 200),
      gracePeriodSeconds: Math.ceil(graceMs / 1_000),
      deregistrationDelayMs: time('deregistration-delay', values['deregistration-delay']),
      speed: whole('speed', values.speed, 20),
    },
  };
}

function strategyOf(name: string): RolloutStrategy {
  const found = STRATEGIES.find((strategy) => strategy.name === name);
  if (found !== undefined) return found;
  const known = STRATEGIES.map((strategy) => strategy.name).join(', ');
  throw new RangeError(`--strategies: there is no '${name}'. Expected some of ${known}.`);
}

function kindOf(value: string): 'alb' | 'nlb' {
  if (value === 'alb' || value === 'nlb') return value;
  throw new RangeError(`--load-balancer must be alb or nlb: current value is ${value}`);
}

function time(name: string, value: string): number {
  try {
    return duration(value);
  } catch (error) {
    throw new RangeError(`--${name} must be a duration such as 20s: current value is ${value}`, { cause: error });
  }
}

function whole(name: string, value: string, most: number): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= 1 && number <= most) return number;
  throw new RangeError(`--${name} must be a whole number from 1 to ${most}: current value is ${value}`);
}
